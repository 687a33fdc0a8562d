/** The second opinion of Pandas: it agrees with real runs, and names the row when the store holds another one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { feedWindow } from '../infra/feed/feed-window.ts'
import { batch } from './support/batch.ts'
import { bytesOf, keysOf, objectsOf, putObject, removeObject, type Root } from './support/objects.ts'
import { feedUrl, importSource, ingested, type Run } from './support/runs.ts'
import { filesDir } from './support/stack.ts'

const quakes = 'quakes-audit'
const weather = 'weather-audit'
const windows = { 1: feedWindow(1), 2: feedWindow(2) }

const counted = ({ counters }: Run) => ({
  rows: counters['read'],
  clean: counters['clean'],
  duplicate: counters['duplicate'],
  quarantined: counters['quarantined'],
})

async function expectEqual(dataset: string, receipt: Run): Promise<void> {
  const { code, text, summary } = await batch('audit', dataset, receipt.runId)
  expect(code, text).toBe(0)
  expect(summary).toMatchObject({ equal: true, differences: 0, ...counted(receipt) })
  // nothing was written by another definition
  expect(text).not.toContain('left out')
  const page = String(await bytesOf(summary.report))
  expect(page).toContain('Pandas and the stages agree')
  if (summary.clean > 0) expect(page.match(/<img /g)!.length).toBe(3)
}

/** A weather file of the feed with days that changed, came back as they were, are broken, or stand in it twice. */
async function changedWeather(): Promise<string> {
  const response = await fetch(`${feedUrl}/seattle-weather.csv`)
  const [header, ...days] = (await response.text()).trimEnd().split('\n')
  const cellsOf = (i: number) => days[i]!.split(',')
  const changed = (i: number, column: number, value: string) => cellsOf(i).with(column, value).join(',')
  const lines = [
    ...[changed(0, 1, '99.5'), days[0], changed(1, 1, '1.0'), days[2], days[2]],
    ...[changed(3, 1, 'wet'), changed(4, 5, 'hail'), changed(5, 0, '2012-02-30'), `${days[6]},x`],
    ...days.slice(10, 40),
    // a quote that never closes: any later quote would close it
    ...['', '2099-01-01,0,,,,"sun"', changed(7, 2, ''), '"open'],
  ]
  const file = join(filesDir, 'changed-weather.csv')
  writeFileSync(file, `\uFEFF${header}\r\n${lines.join('\r\n')}`)
  return `file://${file}`
}

describe('an audit agrees with what the stages made', () => {
  let first: Run
  let second: Run
  let again: Run
  let sunny: Run
  let changed: Run

  beforeAll(async () => {
    first = await importSource(quakes, `${feedUrl}/earthquakes/window-1.csv`)
    second = await importSource(quakes, `${feedUrl}/earthquakes/window-2.csv`)
    again = await importSource(quakes, `${feedUrl}/earthquakes/window-2.csv.gz`)
    sunny = await importSource(weather, `${feedUrl}/seattle-weather.csv`)
    changed = await importSource(weather, await changedWeather())
  })

  it('of a first window, with runs behind it', () => expectEqual(quakes, first))

  it('of a second one: newer and older versions, duplicates, broken rows', async () => {
    expect(counted(second)).toMatchObject({ duplicate: windows[2].expected.duplicates, quarantined: 22 })
    await expectEqual(quakes, second)
  })

  it('of the same again, gzipped: nothing new', async () => {
    expect(counted(again)).toMatchObject({ clean: 0, quarantined: 22 })
    await expectEqual(quakes, again)
  })

  it('of a dataset without versions', () => expectEqual(weather, sunny))

  it('of rows whose content changed, and changed back', async () => {
    expect(counted(changed)).toEqual({ rows: 42, clean: 5, duplicate: 32, quarantined: 5 })
    await expectEqual(weather, changed)
  })

  describe('and names the row when the store holds', () => {
    it('a value that was changed in place', async () => {
      const { key, bytes, rows } = await processedOf(second)
      const row = rows.find((cells) => cells['mag'] !== '')!
      const text = String(bytes).replace(row.line, row.line.replace(`,${row['mag']},`, ',9.75,'))
      const { text: said, summary } = await auditOf(second, key, text)
      expect(summary).toMatchObject({ equal: false, differences: 1 })
      expect(said).toMatch(
        new RegExp(String.raw`processed +mag +${row['id']} \(row \d+\) +${row['mag']} +9.75`),
      )
      expect(summary.sentence).toContain(`mag of ${row['id']}`)
    })

    it('one row less', async () => {
      const { key, bytes, rows } = await processedOf(second)
      const { text, summary } = await auditOf(second, key, String(bytes).replace(`${rows[3]!.line}\n`, ''))
      expect(summary).toMatchObject({ equal: false, differences: 1 })
      expect(text).toMatch(new RegExp(String.raw`processed +\(row\) +${rows[3]!['id']} .* there +missing`))
    })

    it('an older version in the place of a revision', async () => {
      const before = new Map((await processedRows(first)).map((row) => [row['id']!, row]))
      const { key, bytes, row, old } = await revisionOf(second, before)
      const provenance = row.line.split(',').slice(-3)
      const older = [...old.line.split(',').slice(0, -3), ...provenance].join(',')
      const { text, summary } = await auditOf(second, key, String(bytes).replace(row.line, older))
      expect(summary.equal).toBe(false)
      expect(text).toMatch(new RegExp(String.raw`processed +updated +${row['id']} \(row`))
    })

    it('a revision that nobody stored, as a cleaner would leave it that takes it for a duplicate', async () => {
      const before = new Map((await processedRows(first)).map((row) => [row['id']!, row]))
      const { key, bytes, row } = await revisionOf(second, before)
      const { text } = await auditOf(second, key, String(bytes).replace(`${row.line}\n`, ''))
      expect(text).toMatch(new RegExp(String.raw`\(row\) +${row['id']} \(row \d+\) +there +missing`))
    })

    it('an object of the lake less', async () => {
      const [key] = await keysWith('lake', second.runId)
      const bytes = await bytesOf(key!)
      await removeObject(key!)
      const answer = await batch('audit', quakes, second.runId).finally(() => putObject(key!, bytes))
      expect(answer.code, answer.text).toBe(1)
      expect(answer.text).toMatch(/lake +\(row\) +\w+ \(row \d+\) +there +missing/)
    })

    it('another reason, or another byte, in quarantine', async () => {
      const [key] = await keysWith('quarantine', second.runId)
      const lines = String(await bytesOf(key!))
        .trimEnd()
        .split('\n')
      const at = lines.findIndex((line) => JSON.parse(line).dsf_run === second.runId)
      const refused = JSON.parse(lines[at]!)
      refused.reasons[0].code = 'enum'
      const other = lines.with(at, JSON.stringify(refused)).join('\n')
      const { text } = await auditOf(second, key!, `${other}\n`)
      expect(text).toMatch(new RegExp(String.raw`quarantine +\(codes\) +.*\(row ${refused.dsf_row}\)`))
    })

    it('something that is no CSV any more', async () => {
      const { key } = await processedOf(second)
      const { summary } = await auditOf(second, key, 'id,mag\nx\n')
      expect(summary.sentence).toContain(`(object) of ${key}`)
    })
  })

  it('finds nothing odd in them, and says so of a short run with many rows refused', async () => {
    expect((await batch('anomalies', quakes, second.runId)).summary).toEqual({
      ...{ dataset: quakes, run: second.runId, findings: [] },
    })
    const { code, summary } = await batch('anomalies', weather, changed.runId)
    expect(code).toBe(0)
    expect(summary.findings.map(({ kind }: { kind: string }) => kind)).toEqual(['rows', 'quarantined'])
  })

  it('cannot say anything of a run that is not there', async () => {
    for (const command of ['audit', 'anomalies'] as const) {
      const { code, text } = await batch(command, quakes, 'nobody')
      expect(code).toBe(2)
      expect(text).toContain('nobody')
    }
  })
})

type Row = { line: string } & Record<string, string>

function rowsOf(bytes: Buffer): Row[] {
  const [header, ...lines] = String(bytes).trimEnd().split('\n')
  const names = header!.split(',')
  // a cell with a comma would shift those behind it; what the tests look at stands before the first such one, or last
  return lines.map((line) => {
    const cells = line.match(/"(?:[^"]|"")*"|[^,]+|(?<=,)(?=,|$)|^(?=,)/g)!
    return { line, ...Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ''])) }
  })
}

const ofRun = (rows: Row[], run: string) => rows.filter((row) => row['dsf_run'] === run)

async function processedObjects({ runId }: Run) {
  const objects = [...(await objectsOf('processed', quakes))]
  const read = objects.map(([key, bytes]) => ({ key, bytes, rows: ofRun(rowsOf(bytes), runId) }))
  return read.filter(({ rows }) => rows.length > 0)
}

const processedRows = async (receipt: Run) => (await processedObjects(receipt)).flatMap(({ rows }) => rows)

/** An object of the run, with several rows of it. */
const processedOf = async (receipt: Run) =>
  (await processedObjects(receipt)).find(({ rows }) => rows.length > 3)!

/** A row of the run that is a newer version of one before, in an object of its own. */
async function revisionOf(receipt: Run, before: Map<string, Row>) {
  for (const { key, bytes, rows } of await processedObjects(receipt))
    for (const row of rows) {
      const old = before.get(row['id']!)
      if (old && old['updated'] !== row['updated']) return { key, bytes, row, old }
    }
  throw new Error('no row is a revision')
}

async function keysWith(root: Root, run: string): Promise<string[]> {
  const { landing } = await ingested(run)
  expect(landing).toBeDefined()
  const keys = await keysOf(root, quakes)
  const found = await Promise.all(keys.map(async (key) => String(await bytesOf(key)).includes(run)))
  return keys.filter((_, i) => found[i])
}

/** The audit of a run while an object holds something else. */
async function auditOf({ runId }: Run, key: string, content: string) {
  const bytes = await bytesOf(key)
  expect(content).not.toBe(String(bytes))
  await putObject(key, Buffer.from(content))
  const answer = await batch('audit', quakes, runId).finally(() => putObject(key, bytes))
  expect(answer.code, answer.text).toBe(1)
  return answer
}
