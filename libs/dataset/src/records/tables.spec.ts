import { expect, test } from 'vitest'
import vectors from '../../vectors/trends.json' with { type: 'json' }
import { trendsColumns } from './tables.ts'

test('the table of trends has the columns that Spark writes', () => {
  expect(trendsColumns.map(({ name, type, required }) => ({ name, type, required }))).toEqual(vectors.columns)
})
