import { describe, expect, it } from 'vitest'
import { oneLargeAtATime } from './one-large.ts'

/** Requests that are answered by hand, and which of them have begun. */
function requests() {
  const begun: string[] = []
  const answers = new Map<string, { answer: () => void; fail: (error: Error) => void }>()
  const send = (name: string) => () =>
    new Promise<string>((resolve, reject) => {
      begun.push(name)
      answers.set(name, { answer: () => resolve(name), fail: reject })
    })
  return { begun, send, answers }
}

const rest = () => new Promise((resolve) => setImmediate(resolve))

describe('of a dataset', () => {
  it('one large request is under way at a time, in the order of asking', async () => {
    const { begun, send, answers } = requests()
    const turn = oneLargeAtATime()
    const asked = ['a', 'b', 'c'].map((name) => turn(1_000_000, send(name)))
    await rest()
    expect(begun).toEqual(['a'])
    answers.get('a')!.answer()
    expect(await asked[0]).toBe('a')
    await rest()
    expect(begun).toEqual(['a', 'b'])
  })

  it('one that fails is its own, and the next one begins', async () => {
    const { begun, send, answers } = requests()
    const turn = oneLargeAtATime()
    const failing = turn(1_000_000, send('a'))
    const next = turn(1_000_000, send('b'))
    await rest()
    answers.get('a')!.fail(new Error('away'))
    await expect(failing).rejects.toThrow('away')
    await rest()
    expect(begun).toEqual(['a', 'b'])
    answers.get('b')!.answer()
    expect(await next).toBe('b')
  })

  it('nobody waits for long, because what is under way may hang', async () => {
    const { begun, send } = requests()
    const turn = oneLargeAtATime(20)
    void turn(1_000_000, send('hangs'))
    void turn(1_000_000, send('next'))
    await expect.poll(() => begun).toEqual(['hangs', 'next'])
  })

  it('who is stopped waits for nobody, and sends nothing', async () => {
    const { begun, send, answers } = requests()
    const turn = oneLargeAtATime()
    const stop = new AbortController()
    const first = turn(1_000_000, send('a'))
    const stopped = turn(1_000_000, send('b'), stop.signal)
    await rest()
    stop.abort(new Error('stopped'))
    await expect(stopped).rejects.toThrow()
    answers.get('a')!.answer()
    expect(await first).toBe('a')
    void turn(1_000_000, send('c'))
    await rest()
    expect(begun).toEqual(['a', 'c'])
  })

  it('small ones wait for none, and neither do those of another dataset', async () => {
    const { begun, send } = requests()
    const turn = oneLargeAtATime()
    void turn(1_000_000, send('large'))
    void turn(80_000, send('small'))
    void oneLargeAtATime()(1_000_000, send('of another'))
    await rest()
    expect(begun.toSorted()).toEqual(['large', 'of another', 'small'])
  })
})
