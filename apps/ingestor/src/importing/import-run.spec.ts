import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { isoDate, type TopicKind } from '@dsf/dataset'
import { TransientError } from '@dsf/stage'
import type { ObjectStore } from '@dsf/store'
import { describe, expect, it } from 'vitest'
import {
  folder,
  weather,
  header,
  line,
  csvOf,
  objects,
  store,
  now,
  importOf,
  newStates,
  source,
  warn,
  importerOf,
  laneOf,
  run,
  digest,
  outputs,
  rowsOf,
  lastRun,
  receipts,
} from '../../testing/import-lane.ts'
import { importRun } from './import-run.ts'
import { newRun, type Run } from './run.ts'

describe('an import', () => {
  it('lands the file in a transaction, and publishes its rows in another, with a receipt in every lane', async () => {
    const csv = csvOf(3)
    const results = await run(source(csv))
    expect(results.map(({ out, counts, receipts }) => [Object.keys(out!), counts, receipts?.length])).toEqual(
      [
        [['runs'], undefined, undefined],
        [['raw', 'quarantine', 'runs'], { read: 3 }, 4],
      ],
    )
    expect([...objects]).toEqual([
      [expect.stringMatching(/^landing\/dataset=seattle-weather\/r\.\w+\.csv$/), Buffer.from(csv)],
    ])
    const { read, ...progress } = lastRun(results)
    expect(progress).toMatchObject({ run: 'r', state: 'processing', reason: null, byte: csv.length, row: 3 })
    expect(outputs(results, 'runs').every(({ key, lane }) => key === 'r' && lane === 0)).toBe(true)
    expect(receipts(results)).toEqual(
      read.map((rows, lane) => ({
        to: 'raw',
        receipt: {
          run: 'r',
          dataset: 'seattle-weather',
          lane,
          lanes: 4,
          route: '',
          counters: { read: rows, quarantined: 0 },
          times: { requested: 1, ingestor: now },
        },
      })),
    )
  })

  it.each([
    [
      'a cell of several lines and a cell too many',
      '2012-01-02,"0\n2013-01-01,0,1,2,3,sun\n",12,5,4,sun,more\n',
    ],
    [
      'a cell longer than a row may be',
      `2012-01-02,"${'2013-01-01,0,1,2,3,sun\n'.repeat(4000)}",12,5,4,sun\n`,
    ],
    ['white space before a quote', '2012-01-02, "0\n2013-01-01,0,1,2,3,sun\n",12,5,4,sun\n'],
  ])('never makes a row of the text inside a cell: %s', async (_, bad) => {
    const results = await run(source(`${header}${line(1)}${bad}${line(3)}`))
    expect([rowsOf(results), lastRun(results).state]).toEqual([[[1, 3], [2]], 'processing'])
  })

  it.each([
    ['comments without end', '<!---->'.repeat(5000), 'unknown 1 name'],
    ['lines that end in CR', header.replace('\n', '\r') + line(1).replace('\n', '\r'), 'end in CR alone'],
  ])('of a landing that was there before is judged again after a restart: %s', async (_, content, reason) => {
    const states = newStates()
    await run(source(content), states, 1)
    expect(states.get('r')).toMatchObject({ state: 'publishing', landing: expect.any(String) })
    expect(lastRun(await run(source(content), states))).toMatchObject({
      ...{ state: 'failed', row: 0 },
      reason: expect.stringContaining(reason),
    })
  })

  it('of a file without rows closes the run too', async () => {
    const results = await run(source(header))
    expect([results.length, lastRun(results).state, receipts(results).length]).toEqual([2, 'processing', 4])
  })

  it('gives the same results again for the same file and request', async () => {
    const request = source(csvOf(2500))
    const [once, again] = [await run(request), await run(request)]
    expect([digest(again), receipts(again)]).toEqual([digest(once), receipts(once)])
    expect({ ...lastRun(again), landing: null }).toEqual({ ...lastRun(once), landing: null })
  })

  it('counts in the receipts of the lanes what it sent there, unreadable rows by their reason', async () => {
    const results = await run(source(csvOf(2500)))
    const inLane = (kind: TopicKind, lane: number) =>
      outputs(results, kind).filter((output) => output.lane === lane).length
    for (const { receipt } of receipts(results)) {
      const quarantined = inLane('quarantine', receipt.lane)
      expect(receipt.counters).toEqual({
        read: inLane('raw', receipt.lane) + quarantined,
        quarantined,
        ...(quarantined > 0 ? { 'quarantined:unreadable': quarantined } : {}),
      })
    }
    expect(rowsOf(results)[1]).toEqual([1000, 2000])
  })

  it('holds some of the rows at once, however long they are', async () => {
    const long = 'x'.repeat(20_000)
    const lines = Array.from({ length: 2000 }, (_, i) => `${isoDate(i)},0,12.8,5.0,4.7,${long}\n`)
    const results = await run(source(header + lines.join('')))
    const parts = results.map(({ out }) => out?.raw?.length ?? 0).filter((rows) => rows > 0)
    expect([parts.reduce((sum, rows) => sum + rows), Math.max(...parts) < 600]).toEqual([2000, true])
    expect(lastRun(results)).toMatchObject({ state: 'processing', row: 2000 })
  })

  it('reads a compressed file as it reads the file', async () => {
    const plain = await run(source(csvOf(2500)))
    const gzipped = await run(source(gzipSync(csvOf(2500)), 'source.csv.gz'))
    expect(outputs(gzipped, 'raw')).toEqual(outputs(plain, 'raw'))
    expect([...objects.keys()].some((key) => key.endsWith('.csv.gz'))).toBe(true)
  })
})

describe('a source that is wrong', () => {
  it.each<[what: string, content: string, reason: string | RegExp]>([
    [
      'is another kind of file',
      '<html><title>Not found</title>',
      'the file is not CSV but an HTML page titled "Not found"',
    ],
    ['is empty', '', 'the file is empty'],
    [
      'has another header',
      'date,rain\n',
      /^the header does not fit \(fieldsMatch exact\): missing "precipitation"/,
    ],
  ])('because it %s fails the run with its sentence, after it landed', async (_, content, reason) => {
    const results = await run(source(content))
    expect(results.map(({ out }) => Object.keys(out!))).toEqual([['runs'], ['runs']])
    expect(lastRun(results)).toEqual({
      ...(outputs(results, 'runs')[0]!.value as Run),
      state: 'failed',
      ended_at: now,
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    })
    expect([receipts(results), objects.size]).toEqual([[], 1])
  })

  it('because it cannot be had fails the run before anything has landed, and says so in the log', async () => {
    warn.mockClear()
    const request = importOf(pathToFileURL(join(folder, 'none.csv')).href)
    const results = await run(request)
    const reason = `file ${join(folder, 'none.csv')} does not exist`
    expect([results.length, lastRun(results).state, lastRun(results).reason, objects.size]).toEqual([
      1,
      'failed',
      reason,
      0,
    ])
    expect(warn.mock.calls).toEqual([[{ dataset: 'seattle-weather', run: 'r', reason }, 'import failed']])
  })
})

describe('a store that fails', () => {
  const failing = async (from: Partial<ObjectStore>, content: string | Buffer = csvOf(3)) => {
    const states = newStates()
    states.set(newRun(source(content), weather.lanes))
    states.commit()
    const { work } = laneOf(states)
    const importing = importRun(importerOf({ ...store, ...from }), work, 'r')
    const error = await importing.catch((reason: unknown) => reason)
    return { error, state: states.get('r')?.state }
  }

  it('does not fail the run: its error goes on to where it is tried again', async () => {
    const away = new TransientError('object store away')
    expect(await failing({ putStream: () => Promise.reject(away) })).toEqual({ error: away, state: 'queued' })
    expect(await failing({ stream: () => Promise.reject(away) })).toEqual({
      error: away,
      state: 'publishing',
    })
  })

  it('in the middle of the landing is no fault of the source, which was whole when it landed', async () => {
    const gzip = gzipSync(csvOf(3000))
    const stream = async () => Readable.from([gzip.subarray(0, -200)])
    expect(await failing({ stream }, gzip)).toEqual({
      error: new TransientError('reading the landing object: the gzip data is cut short'),
      state: 'publishing',
    })
  })
})
