import { describe, expect, it, vi } from 'vitest'
import { SourceError } from '../source-error.ts'
import { Questions } from './questions.ts'

const stuck = () => new Promise<never>(() => undefined)
const answered = async () => 'answered'

describe('questions', () => {
  it('of a dataset come one after the other, and do not wait for those of another one', async () => {
    const questions = new Questions({ places: 2, seconds: 60 })
    const first = Promise.withResolvers<string>()
    const seen: string[] = []
    const ask = (dataset: string, name: string, work: () => Promise<string>) =>
      questions.answer(dataset, undefined, async () => {
        seen.push(name)
        return work()
      })
    const both = [ask('a', 'a1', () => first.promise), ask('a', 'a2', answered)]
    expect(await ask('b', 'b1', answered)).toBe('answered')
    expect(seen).toEqual(['a1', 'b1'])
    first.resolve('first')
    expect([await Promise.all(both), seen]).toEqual([
      ['first', 'answered'],
      ['a1', 'b1', 'a2'],
    ])
  })

  it('are answered with 503 when their time is over, at work and waiting', async () => {
    const questions = new Questions({ places: 1, seconds: 0.1 })
    const work = vi.fn(stuck)
    const late = {
      status: 503,
      message:
        'the quarantine of "quakes" could not be read within 0.1 s, because of others who ask, or its size; ask again',
    }
    const both = [1, 2].map(() => questions.answer('quakes', undefined, work))
    await Promise.all(both.map((one) => expect(one).rejects.toMatchObject(late)))
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('leave with who asked, at work and waiting', async () => {
    const questions = new Questions({ places: 1, seconds: 60 })
    const [one, other] = [new AbortController(), new AbortController()]
    const untilAborted = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    const atWork = questions.answer('a', one.signal, untilAborted)
    const waiting = questions.answer('a', other.signal, answered)
    const last = questions.answer('a', undefined, answered)
    other.abort()
    await expect(waiting).rejects.toMatchObject({ status: 503 })
    one.abort()
    await expect(atWork).rejects.toMatchObject({ status: 503 })
    expect(await last).toBe('answered')
  })

  it('say where the topic cannot be read', async () => {
    const questions = new Questions({ places: 1, seconds: 60 })
    const asked = questions.answer('a', undefined, () => Promise.reject(new SourceError('open for 40 s')))
    await expect(asked).rejects.toMatchObject({ status: 503, message: 'open for 40 s' })
  })
})
