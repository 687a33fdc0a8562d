import { join } from 'node:path'
import { loadDataset } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { definitionOf, definitionReadBy, knownBefore } from './known-file.ts'
import { newRun, type Run } from './run.ts'
import { RunStates } from './run-state.ts'

const quakes = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const runOf = (run: string, turn: number, more: Partial<Run> = {}): Run => ({
  ...newRun({ run, type: 'import', source: 'http://a/b.csv', replay: null, requested_at: 1 }, 2),
  ...{ turn, ...more },
})
const file = {
  etag: '"1"',
  modified: null,
  redirected: null,
  bytes: 7,
  sha256: 'ab',
  definition: definitionOf(quakes),
}
const brought = runOf('brought', 1, { state: 'succeeded', file })
const asked = runOf('asked', 0)

function known(before: Run[], run = asked, dataset = quakes) {
  const states = new RunStates({ runs: 10, days: 10 })
  for (const one of [...before, run]) states.set(one)
  states.commit()
  return knownBefore(states, dataset, run)?.since
}

describe('a file need not be read again', () => {
  it.each<[what: string, before: Run[]]>([
    ['after an import of its source that succeeded', [brought]],
    ['of however many the last one is', [brought, runOf('older', 0, { state: 'failed' })]],
    [
      'after a run that found it unchanged',
      [brought, runOf('same', 2, { state: 'succeeded', file, unchanged: { since: 'brought', by: 'etag' } })],
    ],
  ])('%s', (_, before) => {
    expect(known(before)).toBe('brought')
    expect(known(before.toReversed())).toBe('brought')
  })
})

describe('a file is read again', () => {
  const replay = { selection: { stage: null, code: null, run: null }, until: [1] }
  it.each<[what: string, before: Run[], run?: Run, dataset?: typeof quakes]>([
    ['when nothing was imported before', []],
    ['when its last import failed', [runOf('failed', 1, { state: 'failed', file })]],
    ['while the rows of its last import are on their way', [runOf('busy', 1, { state: 'processing', file })]],
    ['when its last import was cancelled', [runOf('cancelled', 1, { state: 'cancelled', file })]],
    ['when a later import failed', [brought, runOf('failed', 2, { state: 'failed' })]],
    [
      'when another source was imported since',
      [brought, runOf('other', 2, { state: 'succeeded', file, source: 'http://c/' })],
    ],
    [
      'when rows were replayed since',
      [brought, runOf('replay', 2, { state: 'succeeded', source: null, type: 'replay', replay })],
    ],
    ['when somebody insists', [brought], { ...asked, force: true }],
    ['when the definition is another one', [brought], asked, { ...quakes, fieldsMatch: 'partial' as const }],
    [
      'when this software read it otherwise before',
      [runOf('old', 1, { state: 'succeeded', file: { ...file, definition: definitionReadBy(quakes, 0) } })],
    ],
    [
      'when the definition changed while it was read',
      [runOf('mixed', 1, { state: 'succeeded', file: { ...file, definition: '' } })],
    ],
  ])('%s', (_, before, run, dataset) => {
    expect(known(before, run, dataset)).toBeUndefined()
  })

  it('is not for a definition that lies in another folder', () => {
    expect(known([brought], asked, { ...quakes, folder: '/elsewhere' })).toBe('brought')
  })
})
