import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../testing/own-folder.ts'
import { initDataset } from './init-dataset.ts'

const { path: into, write } = ownFolder()
const init = (name: string, content: string | Buffer) =>
  initDataset(write(name, content), { into, force: true })
const definitionOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8'))
// JSON that is looked into
type Json = any

const tides = [
  'Station;Zeit;Pegel;Art',
  ...Array.from(
    { length: 60 },
    (_, i) => `S${i % 3};20.01.2024 ${Math.floor(i / 3)}:15;${i}.5;${i % 2 ? 'ebb' : 'flood'}`,
  ),
].join('\r\n')

describe('the definition of a file that nobody has seen', () => {
  it('says how it is written, what its columns hold, and what they are for', async () => {
    const { folder, findings, doubts, tried } = await init('Tides 2024.csv', tides)
    expect(definitionOf(folder)).toEqual({
      name: 'tides-2024',
      title: 'Tides 2024',
      resources: [
        {
          name: 'tides-2024',
          path: 'sample.csv',
          dialect: { delimiter: ';' },
          schema: {
            primaryKey: ['Station', 'Zeit'],
            fields: [
              { name: 'Station', type: 'string' },
              { name: 'Zeit', type: 'datetime', format: '%d.%m.%Y %H:%M' },
              { name: 'Pegel', type: 'number' },
              { name: 'Art', type: 'string' },
            ],
          },
        },
      ],
      'x-dsf': { eventTime: 'Zeit', type: 'Station' },
    })
    expect(tried.counts).toEqual({ read: 60, clean: 60, duplicate: 0, refused: 0 })
    expect(doubts).toEqual([])
    expect(findings.map(({ about }) => about)).toEqual(
      expect.arrayContaining(['delimiter', 'primary key', 'column Art']),
    )
    for (const { why, sure } of findings) expect([why, sure]).not.toContain('')
  })

  it('has a line for each field', async () => {
    const { folder } = await init('tides.csv', tides)
    expect(readFileSync(join(folder, 'datapackage.json'), 'utf8')).toContain(
      '\n          { "name": "Zeit", "type": "datetime", "format": "%d.%m.%Y %H:%M" },\n',
    )
  })

  it('is not written over one that is there', async () => {
    const file = write('twice.csv', tides)
    await initDataset(file, { into, force: false })
    await expect(initDataset(file, { into, force: false })).rejects.toThrow('--force')
  })

  it('is not written where a sample of somebody else lies, and never over the file that is looked at', async () => {
    mkdirSync(join(into, 'taken'))
    const own = write('taken/sample.csv', tides)
    const options = { into, name: 'taken' }
    const told = (force: boolean, source = own) => expect(initDataset(source, { ...options, force })).rejects
    await told(false, write('other.csv', tides)).toThrow(
      'taken/sample.csv is there already: choose another --name',
    )
    await told(false).toThrow('taken/sample.csv is there already')
    await told(true).toThrow('would be written over by its own sample')
    expect([readFileSync(own, 'utf8'), readdirSync(join(into, 'taken'))]).toEqual([tides, ['sample.csv']])
  })

  it('gives columns other names where theirs are kept or equal', async () => {
    const { folder } = await init('kept.csv', 'dt,Ab,ab,dsf_row\n1,2,3,4\n5,6,7,8\n')
    const fields = definitionOf(folder).resources[0].schema.fields as Json[]
    expect(fields.map((field) => field['x-dsf']?.column)).toEqual(['f1_dt', undefined, 'f3_ab', 'f4_dsf_row'])
  })

  it('has names for columns that have none, or one twice', async () => {
    const { folder, doubts, tried } = await init('unnamed.csv', ',a,a,column_1\n1,2,3,4\n5,6,7,8\n')
    const { fields } = definitionOf(folder).resources[0].schema
    expect(fields.map((field: Json) => [field.name, field['x-dsf']?.header])).toEqual([
      ['column_2', ''],
      ['a', undefined],
      ['a_2', 'a'],
      ['column_1', undefined],
    ])
    expect(doubts).toEqual([expect.stringContaining('column 1 is "column_2", column 3 is "a_2"')])
    expect(tried.counts).toMatchObject({ read: 2, clean: 2 })
  })

  it('takes a first row of values for no header', async () => {
    const { folder, tried } = await init('bare.csv', '1,2024-01-05,x\n2,2024-01-06,y\n3,2024-01-07,x\n')
    const [resource] = definitionOf(folder).resources
    expect(resource.dialect).toEqual({ header: false })
    expect(resource.schema.fields.map(({ type }: Json) => type)).toEqual(['integer', 'date', 'string'])
    expect(tried.counts).toMatchObject({ read: 3, clean: 3 })
  })

  it.each([
    ['a year', 'country,2020', ['fr,12', 'de,15', 'it,2001']],
    ['years that go down', 'country,2022,2021,2020', ['fr,12,13,14', 'de,15,16,17', 'it,1,2,3']],
    ['a hole', ',x,y', ['a,1,2', 'b,3,4', 'c,5,6']],
    ['a hole, and NA below it', ',x', ['a,NA', 'b,3', 'c,5']],
    ['a hole and numbers from 0, as Pandas writes it', ',0,1', ['1821,7,8', '1822,7,9', '1823,8,8']],
  ])('takes a first row with %s for a header, where numbers are below it', async (_, header, rows) => {
    const { folder, tried } = await init('years.csv', [header, ...rows].join('\n'))
    const [resource] = definitionOf(folder).resources
    expect(resource.dialect).toBeUndefined()
    expect(tried.counts).toMatchObject({ read: 3, clean: 3 })
  })

  it('says of points with three digits behind them that they could be of thousands, where the delimiter is no comma', async () => {
    const lines = ['id_code,sales', 'a,138.582', 'b,868.821', 'c,12.500']
    const { doubts } = await init('sales.csv', lines.join('\n').replaceAll(',', ';'))
    expect(doubts).toEqual([expect.stringContaining('sales: its points')])
    expect((await init('sales.csv', lines.join('\n'))).doubts).toEqual([])
  })

  it('takes no year in a first row of values for a name', async () => {
    const { folder } = await init('bare.csv', 'ann,1999\nbob,2001\neve,2003\n')
    expect(definitionOf(folder).resources[0].dialect).toEqual({ header: false })
  })

  it('has the whole row for a key where no columns are one', async () => {
    const { folder } = await init(
      'plain.csv',
      `level\n${Array.from({ length: 40 }, (_, i) => (i % 7) / 2).join('\n')}\n`,
    )
    expect(definitionOf(folder)['x-dsf']).toEqual({ key: 'row' })
  })

  it('says how many rows are equal where the whole row is the key', async () => {
    const { doubts, tried } = await init('equal.csv', `level,weight\n1.5,2.5\n1.5,2.5\n1.5,2.5\n2.5,3.5\n`)
    expect(doubts).toEqual([expect.stringMatching(/^2 of 4 rows equal another one/)])
    expect(tried.counts).toMatchObject({ clean: 2, duplicate: 2 })
  })

  it('reads numbers between blanks as columns, and words as none', async () => {
    const { folder } = await init('blanks.csv', '-0.5 0.083\n0.25 0.087\n1e-3 0.102\n')
    expect(definitionOf(folder).resources[0].dialect).toEqual({ header: false, delimiter: ' ' })
    const { folder: names } = await init('blanks.csv', 'full name\nann smith\nbob jones\n')
    expect(definitionOf(names).resources[0].dialect).toBeUndefined()
  })

  it('reads columns that stand below each other by blanks, and takes a single blank for a delimiter only', async () => {
    const aligned = ' id    name   sold\n  1  ann       7.5\n 12  bob      10.25\n'
    const { folder, tried } = await init('aligned.txt', aligned)
    const [{ dialect, schema }] = definitionOf(folder).resources
    expect(dialect).toEqual({ delimiter: ' ', skipInitialSpace: true })
    expect(schema.fields.map(({ name, type }: Json) => `${name} ${type}`)).toEqual([
      'id integer',
      'name string',
      'sold number',
    ])
    expect(tried.counts).toMatchObject({ read: 2, clean: 2 })
    const { folder: sparse } = await init('sparse.txt', 'id x sold\n1  7\n2 a 8\n3 b 9\n')
    expect(definitionOf(sparse).resources[0].dialect).toEqual({ delimiter: ' ' })
  })

  it('has names without the white space before them, and the first one where a blank stands for it', async () => {
    const { folder } = await init('spaced.csv', 'id_code, x, y\n1, 7, 2\n2, 8, 3\n3,9,4\n')
    const [{ dialect, schema }] = definitionOf(folder).resources
    expect([dialect, schema.fields[2].name]).toEqual([{ skipInitialSpace: true }, 'y'])
    const { folder: open } = await init('open.csv', 'id_code, x, y, \n1, 7, 2, \n2, 8, 3, \n')
    const { resources, 'x-dsf': words } = definitionOf(open)
    expect(resources[0].schema.fields.map(({ name }: Json) => name)).toEqual(['id_code', 'x', 'y'])
    expect(words.reading).toEqual({ tolerate: ['trailingDelimiter'] })
    const { folder: index } = await init('index.txt', ' id_code x\n0 a 7\n1 b 8\n2 c 9\n')
    const [{ dialect: blank, schema: indexed }] = definitionOf(index).resources
    expect([blank, indexed.fields.length]).toEqual([{ delimiter: ' ' }, 3])
  })

  it('says of lines of several words that no delimiter parts them', async () => {
    const { doubts } = await init(
      'aligned.txt',
      'Report\nof all that was sold\nann sold seven pieces\nnobody else did\n',
    )
    expect(doubts).toEqual([expect.stringContaining('no delimiter was found')])
    expect((await init('names.txt', 'full name\nann smith\nbob jones\n')).doubts).toEqual([
      expect.stringContaining('the first line is taken for the name'),
    ])
  })

  it('keeps all digits of times and numbers where the whole row is the key, and says so', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `2024-01-01T00:00:00.0000${10 + (i >> 1)}Z,${i >> 1}.5`)
    const { folder, doubts, tried } = await init('fine.csv', `seen,level\n${rows.join('\n')}\n`)
    const { fields } = definitionOf(folder).resources[0].schema
    expect(definitionOf(folder)['x-dsf']).toEqual({ key: 'row' })
    expect(fields.map(({ type }: Json) => type)).toEqual(['string', 'number'])
    expect(doubts).toEqual([
      expect.stringContaining('20 of 40 rows equal another one'),
      expect.stringContaining('seen: its cells are datetimes of more digits'),
    ])
    expect(tried.counts).toMatchObject({ clean: 20, duplicate: 20, refused: 0 })
  })

  it('is called "dataset" where the name of the file has no letter, and that is told', async () => {
    const { dataset, doubts } = await init('1236.csv', 'a,b\n1,2\n3,4\n')
    expect(dataset).toBe('dataset')
    expect(doubts).toContainEqual(expect.stringContaining('--name says a better one'))
  })

  it('says that an empty cell is a value of a key that needs it, and reads such rows', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, i) => `${i < 2 ? '' : `c${i >> 1}`},${i % 2 ? 'urban' : 'rural'},7.5`,
    )
    const { folder, doubts, tried } = await init('holed.csv', `code,area,share\n${rows.join('\n')}\n`)
    const [{ schema }] = definitionOf(folder).resources
    expect([schema.primaryKey, schema.fields[0].missingValues]).toEqual([['code', 'area'], []])
    expect(doubts).toContainEqual(expect.stringContaining('code: it is empty in 2 rows'))
    expect(tried.counts).toMatchObject({ read: 400, clean: 400 })
  })

  it('can be made of a name that a hostile server chose', async () => {
    const { folder } = await init('a.csv', 'a,"__proto__","\u001b[2J","constructor"\n1,2,3,4\n')
    expect(definitionOf(folder).resources[0].schema.fields).toHaveLength(4)
  })
})
