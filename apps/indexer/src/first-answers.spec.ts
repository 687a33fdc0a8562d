import { describe, expect, it } from 'vitest'
import type { Fate } from './bulk-answer.ts'
import { FirstAnswers, objectOf } from './first-answers.ts'

const objects = [3, 0, 2, 4].map((records, i) => ({ key: `o${i}`, format: 'jsonl', sha256: '', records }))
const all = (fate: Fate, rows: number) => Array<Fate>(rows).fill(fate)

function open() {
  const answers = new FirstAnswers()
  answers.begin(0, objects)
  return (fates: (Fate | undefined)[], from: number) => answers.count(fates, objects, from)
}

describe('the first answers to the rows of several objects', () => {
  it('count, however the rows are cut into requests', () => {
    const count = open()
    count(['created', 'replaced'], 0)
    count(['created', 'replaced', 'created'], 2)
    count(['superseded', 'created', undefined, 'created'], 5)
    // all of it again, in one request: the index has them by now, and says so of each
    expect(count(all('repeated', 9), 0)).toEqual({ created: 5, replaced: 3, superseded: 1, repeated: 1 })
  })

  it('are those of an object alone, and not of its neighbours', () => {
    const count = open()
    count(all('created', 2), 3)
    expect(count(all('repeated', 3), 0)).toMatchObject({ created: 0, repeated: 3 })
    expect(count(all('repeated', 4), 5)).toMatchObject({ created: 0, repeated: 4 })
    expect(count(all('repeated', 2), 3)).toMatchObject({ created: 2, repeated: 0 })
  })

  it('are of an object that is found by its rows', () => {
    expect([0, 2, 3, 4, 5, 8].map((row) => objectOf(objects, row).key)).toEqual([
      ...['o0', 'o0', 'o2', 'o2', 'o3', 'o3'],
    ])
  })
})
