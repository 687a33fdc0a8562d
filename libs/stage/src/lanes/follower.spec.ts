import { namesOf, type Dataset } from '@dsf/dataset'
import { expect, it } from 'vitest'
import type { StageKit } from '../batches/stage-kit.ts'
import { Follower } from './follower.ts'

type Listener = (event: { payload: { error: Error; restart: boolean } }) => void

/** A kit whose consumer does nothing but fail when it is told to. */
function kitOf() {
  const listeners: Record<string, Listener> = {}
  const consumer = {
    on: (event: string, listener: Listener) => void (listeners[event] = listener),
    ...{ connect: async () => undefined, subscribe: async () => undefined, run: async () => undefined },
  }
  const kit = {
    stage: { name: 'ingestor' },
    names: namesOf(''),
    kafka: { consumer: () => consumer },
    serde: { decoder: () => ({}) },
  }
  const crash = (restart: boolean) =>
    listeners['consumer.crash']!({ payload: { error: new Error('token refused'), restart } })
  return { kit: kit as unknown as StageKit, crash }
}

it('ends the process when its consumer gives up, and does not show an old state for ever', async () => {
  const { kit, crash } = kitOf()
  const fatal: string[] = []
  const follower = new Follower(
    kit,
    ['runs'],
    () => undefined,
    ({ message }) => fatal.push(message),
  )
  await follower.follow([{ name: 'quakes' } as Dataset])
  crash(true)
  expect(fatal).toEqual([])
  crash(false)
  expect(fatal).toEqual(['token refused'])
})
