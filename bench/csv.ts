/**
 * CSV reading: our scanner against the libraries, one process, interleaved rounds, each fed by chunks of 64 KiB and
 * asked for string cells only. `node bench/csv.ts` writes bench/results/csv.json.
 */
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { Readable } from 'node:stream'
import { parse as csvParse } from 'csv-parse'
import { parse as fastCsv } from 'fast-csv'
import { inferSchema, initParser } from 'udsv'
import { readHeader } from '../apps/ingestor/src/reading/read-header.ts'
import { CsvScanner } from '../apps/ingestor/src/reading/scan-csv.ts'

const rowCount = 200_000
const rounds = 5
const chunkSize = 65_536

/** The header of the USGS feed and rows with its share of empty cells; `place` holds a quoted comma in each. */
function earthquakes(places: readonly string[]): Buffer {
  let seed = 42
  const random = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)]!
  const number = (span: number, digits: number, empty = 0) =>
    random() < empty ? '' : (random() * span).toFixed(digits)
  const lines = [
    'time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,horizontalError,depthError,magError,magNst,status,locationSource,magSource',
  ]
  for (let i = 0; i < rowCount; i++) {
    const net = pick(['ak', 'nc', 'ci', 'us', 'nn', 'pr'])
    const time = new Date(1_700_000_000_000 + i * 360_000).toISOString()
    const where = [
      number(90, 4),
      `-${number(180, 4)}`,
      number(100, 2),
      number(6, 2),
      pick(['ml', 'md', 'mb']),
    ]
    const fit = [number(90, 0, 0.35), number(300, 0, 0.24), number(1, 5, 0.31), number(1, 2)]
    const errors = [number(9, 2), number(9, 3), number(1, 3), number(50, 0)]
    const place = `"${number(99, 0)} km ${pick(['N', 'SSW', 'ENE'])} of ${pick(places)}"`
    lines.push(
      [
        time,
        ...where,
        ...fit,
        net,
        `${net}${70_000_000 + i}`,
        time,
        place,
        'earthquake',
        ...errors,
        'reviewed',
        net,
        net,
      ].join(','),
    )
  }
  return Buffer.from(lines.join('\n') + '\n')
}

function* chunksOf(data: Buffer) {
  for (let at = 0; at < data.length; at += chunkSize) yield data.subarray(at, at + chunkSize)
}

async function countRows(rows: AsyncIterable<unknown>) {
  let count = 0
  for await (const _ of rows) count++
  return count
}

/** Each yields the number of data rows, so that no reader is fast by reading less. */
const readers: Record<string, (data: Buffer) => number | Promise<number>> = {
  ours(data) {
    const dialect = { delimiter: ',', quoteChar: '"' }
    const { cells, end } = readHeader(data.subarray(0, chunkSize), dialect, false)!
    const scanner = new CsvScanner({ dialect, columns: cells.length, from: end })
    let count = 0
    for (const chunk of chunksOf(data.subarray(end.byte))) count += scanner.push(chunk).rows.length
    return count + scanner.finish().rows.length
  },
  udsv(data) {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    let parser: ReturnType<typeof initParser> | undefined
    let count = 0
    for (const chunk of chunksOf(data)) {
      const text = decoder.decode(chunk, { stream: true })
      parser ??= initParser(inferSchema(text))
      parser.chunk<string[]>(text, parser.stringArrs, () => void count++)
    }
    parser!.end()
    return count
  },
  'csv-parse': (data) => countRows(Readable.from(chunksOf(data)).pipe(csvParse({ from_line: 2 }))),
  'fast-csv': (data) =>
    countRows(Readable.from(chunksOf(data)).pipe(fastCsv({ headers: false, skipRows: 1 }))),
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

async function measure(data: Buffer, names: string[]) {
  const results: Record<string, { mbPerSecond: number[]; cpuMicrosPerRow: number[] }> = {}
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const cpu = process.cpuUsage()
      const started = performance.now()
      const count = await readers[name]!(data)
      const millis = performance.now() - started
      const { user, system } = process.cpuUsage(cpu)
      if (count !== rowCount) throw new Error(`${name} read ${count} rows of ${rowCount}`)
      if (round === 0) continue // warm-up
      const result = (results[name] ??= { mbPerSecond: [], cpuMicrosPerRow: [] })
      result.mbPerSecond.push(data.length / 1000 / millis)
      result.cpuMicrosPerRow.push((user + system) / rowCount)
    }
  return Object.fromEntries(
    Object.entries(results).map(([name, { mbPerSecond, cpuMicrosPerRow }]) => [
      name,
      {
        mbPerSecond: Math.round(median(mbPerSecond)),
        cpuMicrosPerRow: Number(median(cpuMicrosPerRow).toFixed(2)),
        cpuMicrosPerRowRange: [Math.min(...cpuMicrosPerRow), Math.max(...cpuMicrosPerRow)].map((x) =>
          Number(x.toFixed(2)),
        ),
      },
    ]),
  )
}

const ascii = earthquakes(['Petrolia, CA', 'Anza, CA', 'The Geysers, CA', 'Nikolski, Alaska'])
const accented = earthquakes(['Pāhala, Hawaii', 'Cañon City, CO', 'Guánica, Puerto Rico', '福島, 日本'])
const report = {
  what: `${rowCount} rows of 22 columns, a quoted comma in each, chunks of ${chunkSize} bytes, median of ${rounds} interleaved rounds`,
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: `${cpus().length} x ${cpus()[0]?.model}`,
  megabytes: Number((ascii.length / 1e6).toFixed(1)),
  ascii: await measure(ascii, ['ours', 'udsv', 'csv-parse', 'fast-csv']),
  utf8InEachRow: await measure(accented, ['ours', 'udsv']),
}
console.log(JSON.stringify(report, null, 2))
await writeFile(new URL('results/csv.json', import.meta.url), JSON.stringify(report, null, 2) + '\n')
