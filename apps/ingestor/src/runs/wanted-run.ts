import { hash, randomBytes } from 'node:crypto'
import type { Dataset } from '@dsf/dataset'
import { RequestError } from '@dsf/stage'
import type { Run, RunRequest } from '../importing/run.ts'
import type { Selection } from '../refused/selection.ts'
import { shownSource } from './run-answer.ts'

/** What somebody wants of a run, before it is asked for. */
export type WantedRun = Omit<RunRequest, 'requested_at'>

/** A function of dataset and key, so that a repeated request is the same run whichever instance it reaches. */
export const runIdOf = ({ name }: Pick<Dataset, 'name'>, key: string | undefined): string =>
  key === undefined ? randomBytes(16).toString('hex') : hash('md5', `${name}\n${key}`)

/** A replay's ends are those of whoever asked first. @throws RequestError 422 for a run that is of something else */
export function refuseOtherUse({ type, source, force, replay }: Run, wanted: WantedRun): void {
  const isSameRun =
    source === wanted.source &&
    force === (wanted.force ?? false) &&
    isSameSelection(replay?.selection, wanted.replay?.selection)
  if (isSameRun) return
  const what =
    type === 'replay' ? 'a replay' : `the source ${shownSource(source!)}${force ? ' with force' : ''}`
  throw new RequestError(422, `the idempotency key was used for ${what} before`)
}

/** Undefined stands for no selection at all, as an import has none. */
function isSameSelection(one: Selection | undefined, other: Selection | undefined): boolean {
  if (!one || !other) return one === other
  const names = ['stage', 'code', 'run'] as const
  return names.every((name) => (one[name] ?? null) === (other[name] ?? null))
}
