import { join } from 'node:path'
import { loadDataset, type Dataset, type Field } from '@dsf/dataset'
import { expect, it } from 'vitest'
import { keyProblem } from './key-problem.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
const field = (column: string, type: Field['type']) => ({ column, type, constraints: {} }) as Field
const keyed = (...key: Field[]): Dataset => ({ ...weather, key })
const [id, day, n] = [field('id', 'string'), field('day', 'date'), field('n', 'integer')]
const ofRow: Dataset = { ...weather, isRowKey: true, key: [id, n], fields: [id, n] }

it.each([
  ['all of its key', keyed(id, day), { id: '', day: 0, old: 1 }],
  ['a number where a text is the key now', keyed(id), { id: 7 }],
  ['a column less than the whole row has now', ofRow, { id: 'a', dsf_row: 1 }],
  ['a missing cell of the whole row', ofRow, { id: null, n: null, old: 1 }],
])('a row with %s has a key', (_, dataset, row) => {
  expect(keyProblem(dataset)(row)).toBeUndefined()
})

it.each([
  ['lacks a column of the key', keyed(id, day), { id: 'a' }, 'it has no "day", which is of the key now'],
  ['has nothing in one', keyed(id), { id: null }, 'it has no "id", which is of the key now'],
  [
    'has a text that is a date now',
    keyed(day),
    { day: '5 Jan' },
    'its "day" is a text, and is of type date now',
  ],
  [
    'has a text that is a number now',
    keyed(n),
    { n: '007' },
    'its "n" is a text, and is of type integer now',
  ],
  ['is whole under other names', ofRow, { id: 'a', number: 1 }, 'it has no "n", which is of the key now'],
])('a row that %s has none', (_, dataset, row, problem) => {
  expect(keyProblem(dataset)(row)).toContain(problem)
})
