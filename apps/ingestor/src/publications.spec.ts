import { join } from 'node:path'
import { Readable } from 'node:stream'
import { loadDataset } from '@dsf/dataset'
import type { ObjectStore } from '@dsf/store'
import { expect, it } from 'vitest'
import type { Importer } from './importer.ts'
import { publications } from './publications.ts'
import { newRun } from './run.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../datasets/seattle-weather'))
const header = weather.fields.map((field) => field.header).join()
const bytes = Buffer.from(`${header}\n${'1,'.repeat(weather.fields.length - 1)}1\n`.repeat(2))

it('a run does not go on at a position of a text in another encoding', async () => {
  const stream = () => Promise.resolve(Readable.from([bytes]))
  const importer = { store: { stream } as unknown as ObjectStore, rowsPerTransaction: 10 } as Importer
  const asked = newRun({ run: 'r', type: 'import', source: 'http://a/', replay: null, requested_at: 1 }, 2)
  const begun = { ...asked, landing: 'landing/r.csv', landing_bytes: bytes.length, encoding: 'utf-8' }
  const goOn = (encoding: string) =>
    publications(
      importer,
      { ...weather, encoding },
      { ...begun, byte: header.length + 1, row: 1 },
      () => undefined,
    ).next()
  expect((await goOn('utf-8')).done).toBe(false)
  await expect(goOn('windows-1252')).rejects.toThrow(
    'the run began to read its file as utf-8, and its definition now says windows-1252: import it again',
  )
})
