/** The cases of suites that other CSV parsers ship, each with the answer that its authors wrote down. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { scanRows } from '../../infra/cli/init/scan-rows.ts'
import { repositoryRoot } from '../../infra/local/settings.ts'

const packages = join(repositoryRoot, 'node_modules')
const usual = { delimiter: ',', quoteChar: '"' }

/** All rows, the first one too. */
function rowsOf(content: string | Buffer, dialect: { delimiter?: string; quoteChar?: string }): string[][] {
  const bytes = Buffer.from(content as string)
  const { header, rows, unreadable } = scanRows(bytes, { ...usual, ...dialect }, Infinity, true)
  if (header.length === 0 || unreadable.length > 0) throw new Error('not all rows can be read')
  return [header, ...rows]
}

const objectsOf = ([header, ...rows]: string[][]) =>
  rows.map((row) => Object.fromEntries(header!.map((name, i) => [name, row[i]])))

describe('of jquery-csv', () => {
  const folder = join(packages, 'jquery-csv-suite/test/fixtures')
  const dialects: Record<string, { delimiter?: string; quoteChar?: string }> = {
    delimiter: { quoteChar: "'" },
    separator: { delimiter: ';' },
    regex: { delimiter: '|' },
    term_arrays: { delimiter: ':', quoteChar: '*' },
    term_objects: { delimiter: '&', quoteChar: '^' },
  }
  const names = readdirSync(folder).flatMap((file) =>
    file.endsWith('.json') ? [basename(file, '.json')] : [],
  )

  // white space at the edges of a cell is text to a scanner, as RFC 4180 has it; that suite leaves it out
  it.each(names.filter((name) => name !== 'rfc4'))('%s has its cells', (name) => {
    const rows = rowsOf(readFileSync(join(folder, `${name}.csv`)), dialects[name] ?? {})
    const told = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as unknown[]
    expect(told).not.toEqual([])
    if (typeof told[0] === 'string') expect(rows).toEqual([told])
    else expect(Array.isArray(told[0]) ? rows : objectsOf(rows)).toEqual(told)
  })
})

interface PapaCase {
  description: string
  input: string
  config?: Record<string, unknown>
  expected: { data: string[][]; errors: unknown[] }
}

/** What Papa Parse lets pass, and is refused here, so that it is never read as something else. */
const refused = new Set([
  'Quoted field with whitespace around quotes',
  'Quoted fields with spaces between closing quote and next delimiter',
  'Quoted fields with spaces between closing quote and next new line',
  'Quoted fields with spaces after closing quote',
])

/** Here a blank line is no row, and a carriage return alone ends none; `init` says that of a file that has no other end. */
const otherwise = new Set(['One column input with empty fields', 'Two rows, just \\r'])

describe('of Papa Parse', () => {
  const suite: Record<string, PapaCase[]> = {}
  const browser = {
    chai: { assert: {} },
    document: { getElementById: () => ({ src: '' }) },
    describe: () => {},
  }
  const source = readFileSync(join(packages, 'papaparse-suite/tests/test-cases.js'), 'utf8')
  Object.assign(
    suite,
    runInNewContext(`${source}; ({ CORE_PARSER_TESTS, PARSE_TESTS })`, { ...browser, Papa: {} }),
  )
  const words = ['delimiter', 'quoteChar', 'newline', 'skipEmptyLines', 'fastMode']
  const all = Object.values(suite)
    .flat()
    .filter(({ config = {} }) => Object.values(config).every((value) => typeof value !== 'function'))
    // objects of another realm equal none of this one
    .map((one) => JSON.parse(JSON.stringify({ config: {}, ...one })) as Required<PapaCase>)
  // those of a well-formed file, without what only Papa Parse has
  const able = all.filter(
    ({ description, config, expected: { data, errors } }) =>
      !otherwise.has(description) &&
      errors.length === 0 &&
      data.length > 0 &&
      data.every((row) => Array.isArray(row) && row.length === data[0]!.length) &&
      Object.keys(config).every((word) => words.includes(word)) &&
      config['skipEmptyLines'] !== 'greedy' &&
      /^([\t\x20-\x7e]|)$/.test((config['delimiter'] as string | undefined) ?? ''),
  )

  it('most cases are of well-formed files', () => {
    expect(able.length).toBeGreaterThan(60)
  })

  it.each(able.map((one) => [one.description, one] as const))(
    '%s',
    (description, { input, config, expected }) => {
      const read = () => rowsOf(input, { delimiter: delimiterOf(expected.data, input), ...config })
      if (refused.has(description)) expect(read).toThrow()
      else expect(read()).toEqual(expected.data)
    },
  )
})

/** Papa Parse guesses it; `init` asks DuckDB, so here it is given. */
const delimiterOf = (rows: string[][], input: string): string =>
  [',', ';', '|', '\t'].find((delimiter) => {
    try {
      return rowsOf(input, { delimiter })[0]!.length === rows[0]!.length
    } catch {
      return false
    }
  }) ?? ','
