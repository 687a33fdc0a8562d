import { describe, expect, it } from 'vitest'
import { judgeColumn } from './judge-column.ts'
import { missShortText } from './short-texts.ts'

const sentences = Array.from(
  { length: 80 },
  (_, i) => `语出《法华经·法师功德品》下至阿鼻地狱第${i}回，意思是这样`,
)

function missed(cells: string[]) {
  const rows = cells.map((cell) => [cell])
  const { missing, filled, doubt } = missShortText(judgeColumn('example', 0, cells), rows)
  return { missing, filled, doubt }
}
const again = (text: string, times: number) => Array.from({ length: times }, () => text)

describe('a short text', () => {
  it.each(['无', 'brak'])(
    'that is there again and again among long ones stands for none, which is told: %s',
    (text) => {
      expect(missed([...sentences, ...again(text, 20)])).toEqual({
        ...{ missing: [text], filled: 80 },
        doubt: expect.stringContaining(`"${text}" (20 cells) is taken for "no value"`),
      })
    },
  )

  it.each([
    ['in few cells', [...sentences, ...again('无', 5)]],
    [
      'beside others that come again, too',
      [...sentences.map((text) => text.slice(0, 20)), ...again('无', 20)],
    ],
    ['beside short ones', [...sentences.map((_, i) => `词${i}`), ...again('无', 20)]],
    ['beside a single long one', [sentences[0]!, ...again('Y', 90)]],
    ['that means something', [...sentences, ...again('ok', 20)]],
  ])('is a value %s', (_, cells) => {
    expect(missed(cells).missing).toEqual([])
  })
})
