import { describe, expect, it } from 'vitest'
import { sharedCalls } from './shared-calls.ts'

/** A server whose answers are given by hand. */
function server() {
  const begun: string[] = []
  const answers: { answer: () => void; fail: (error: Error) => void }[] = []
  const call = (name: string) =>
    new Promise<number>((resolve, reject) => {
      const number = begun.push(name)
      answers.push({ answer: () => resolve(number), fail: reject })
    })
  return { begun, answers, call: sharedCalls(call) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('calls that are shared', () => {
  it('are one for all who ask at once', async () => {
    const { begun, answers, call } = server()
    const asked = [call('a'), call('a'), call('a')]
    await turn()
    answers[0]!.answer()
    expect(await Promise.all(asked)).toEqual([1, 1, 1])
    expect(begun).toEqual(['a'])
  })

  it('begin after whoever asked while one was under way, and are one for all of them', async () => {
    const { begun, answers, call } = server()
    const first = call('a')
    await turn()
    const later = [call('a'), call('a')]
    await turn()
    expect(begun).toEqual(['a'])
    answers[0]!.answer()
    expect(await first).toBe(1)
    await turn()
    answers[1]!.answer()
    expect(await Promise.all(later)).toEqual([2, 2])
  })

  it('of one name do not wait for those of another', async () => {
    const { begun, call } = server()
    void call('a')
    void call('b')
    await turn()
    expect(begun).toEqual(['a', 'b'])
  })

  it('fail for those who shared the call, and for nobody after', async () => {
    const { answers, call } = server()
    const failing = [call('a'), call('a')]
    await turn()
    const after = call('a')
    answers[0]!.fail(new Error('away'))
    for (const one of failing) await expect(one).rejects.toThrow('away')
    await turn()
    answers[1]!.answer()
    expect(await after).toBe(2)
  })
})
