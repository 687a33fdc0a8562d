import { join } from 'node:path'
import { Readable } from 'node:stream'
import { loadDataset, type Dataset, type TopicKind } from '@dsf/dataset'
import type { Output } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { expect, it } from 'vitest'
import type { Importer } from './importer.ts'
import { publications } from './publications.ts'
import { toAnswer } from '../runs/run-answer.ts'
import { newRun, type Run } from './run.ts'
import { gathering, type Gathering } from '../../testing/gathering.ts'

const weather = loadDataset(join(import.meta.dirname, '../../../../datasets/seattle-weather'))
const header = weather.fields.map((field) => field.header).join()
const bytes = Buffer.from(`${header}\n${'1,'.repeat(weather.fields.length - 1)}1\n`.repeat(2))

const laneOf = (change: Partial<Dataset>) => ({ dataset: { ...weather, ...change }, gather: gathering })

const request = { run: 'r', type: 'import', source: 'http://a/', replay: null, requested_at: 1 } as const

it('a run does not go on by another definition of how its file is cut into rows', async () => {
  const stream = () => Promise.resolve(Readable.from([bytes]))
  const importer = { store: { stream } as unknown as ObjectStore, rowsPerTransaction: 10 } as Importer
  const asked = newRun(request, weather.lanes)
  const begun = { ...asked, landing: 'landing/r.csv', landing_bytes: bytes.length }
  const parts = (change: Partial<Dataset>, run: Run) =>
    publications(importer, laneOf(change), run, { find: () => undefined, before: null })
  const { run } = (await parts({}, begun).next()).value!
  const half = { ...run, byte: header.length + 1, row: 1 }
  const goOn = (change: Partial<Dataset>) => parts(change, half).next()
  for (const change of [{}, { title: 'another', retentionDays: 9 }, { fields: weather.fields.toReversed() }])
    expect((await goOn({ fieldsMatch: 'equal', ...change })).done).toBe(false)
  const dialect = { ...weather.dialect, commentChar: '#' }
  const others = [
    { encoding: 'windows-1252' },
    { innerpath: 'a/*.csv' },
    { dialect },
    { reading: { footer: ['x'] } },
  ]
  for (const change of others)
    await expect(goOn(change)).rejects.toThrow('the run began to read its file by another definition')
  expect((await parts({ dialect }, begun).next()).done).toBe(false)
})

it('a run counts in all its parts what the definition lets pass, and tells it', async () => {
  const text = `${header}\n${'1,2\n'.repeat(3)}Total,9\nby us\n`
  const stream = () => Promise.resolve(Readable.from([Buffer.from(text)]))
  const small = { store: { stream } as unknown as ObjectStore, rowsPerTransaction: 2 } as Importer
  const reading: Dataset['reading'] = { tolerate: ['shortRows'], footer: ['Total'] }
  const start = { ...newRun(request, 4), landing: 'landing/r.csv', landing_bytes: text.length }
  const others = { find: () => undefined, before: null }
  let run: Run = start
  for await (const part of publications(small, laneOf({ reading }), start, others)) {
    expect((part.gathered as Gathering).out.quarantine).toEqual([])
    run = { ...start, ...part.run }
  }
  expect([run.row, run.tolerated]).toEqual([3, { shortRows: 3, footer: 2 }])
  expect(toAnswer({ dataset: 'weather', run }).findings).toEqual(['shortRows: 3', 'footer: 2'])
})

it('a part hands its rows on as they are read, and holds few of them as objects', async () => {
  const text = `${header}\n${'2026-01-01,1,2,3,4,sun\n'.repeat(20_000)}`
  const chunks = text.match(/[^]{1,65536}/g)!.map((chunk) => Buffer.from(chunk))
  const stream = () => Promise.resolve(Readable.from(chunks))
  const importer = { store: { stream } as unknown as ObjectStore, rowsPerTransaction: 20_000 } as Importer
  const start = { ...newRun(request, 4), landing: 'landing/r.csv', landing_bytes: text.length }
  const sizes: number[] = []
  const add = async (_: TopicKind, outputs: Output[]) => void sizes.push(outputs.length)
  const lane = { dataset: weather, gather: () => ({ add }) }
  const parts = publications(importer, lane, start, { find: () => undefined, before: null })
  const { counts } = (await parts.next()).value!
  expect([counts['read'], sizes.reduce((sum, rows) => sum + rows)]).toEqual([20_000, 20_000])
  expect(Math.max(...sizes)).toBeLessThan(4000)
})
