/** Lines that are no rows: what is found of them, and what is said. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'
import { climate, rows, sales } from '../testing/tables.ts'
import { tryDataset } from '../try-dataset.ts'

const init = initializer()

describe('a file is read without', () => {
  it.each<[what: string, content: string, dialect: object | undefined, reading: object | undefined]>([
    ['a title of one cell above its header', `Sales report,,\n${sales}`, { headerRows: [2] }, undefined],
    [
      'a title as wide as its rows',
      `Report, generated, 2024-01-01\n\n${sales}`,
      { headerRows: [3] },
      undefined,
    ],
    ['lines without cells', `,,\nSales of 2024,,\n${sales}`, { headerRows: [3] }, undefined],
    [
      'lines that are narrower than its rows',
      `Series: sales\n\nAdjusted: yes\n\n${sales}`,
      { headerRows: [5] },
      undefined,
    ],
    [
      'a title with another delimiter',
      `Sales, in euro\n${sales.replaceAll(',', ';')}`,
      { delimiter: ';', headerRows: [2] },
      undefined,
    ],
    [
      'comments',
      `# made by us, in 2024, with care, by hand\n# units\n${sales}# end\n`,
      { commentChar: '#' },
      undefined,
    ],
    ['a unit below each name', `Region,Units,Price\n,pieces,EUR\n${rows}`, { commentRows: [2] }, undefined],
    [
      'units and other names',
      `Region,Units,Price\nUnits,pieces,EUR\n[0],lib_units,lib_price\n${rows}`,
      { commentRows: [2, 3] },
      undefined,
    ],
    ['units with a sign for none', `Region,Units,Price\n#,#,€\n${rows}`, { commentRows: [2] }, undefined],
    [
      'comments that begin with a semicolon',
      `; made by us, in 2024, with care, by hand\n${sales}`,
      { commentChar: ';' },
      undefined,
    ],
    [
      'a delimiter at the end of its lines and its header, but for the last one',
      `${sales.replaceAll('\n', ',\n').slice(0, -2)}\n`,
      undefined,
      { tolerate: ['trailingDelimiter'] },
    ],
    [
      'a delimiter at the end of its lines',
      `Region,Units,Price\n${rows.replaceAll('\n', ',\n')}`,
      undefined,
      { tolerate: ['trailingDelimiter'] },
    ],
    [
      'a delimiter at the end of one row that begins with #, which is no comment',
      sales.replace('\nr7,21,7.5\n', '\n#,21,7.5,\n'),
      undefined,
      { tolerate: ['trailingDelimiter'] },
    ],
    [
      'a delimiter at the end of its last line alone, which is no footer',
      `${sales.trimEnd()},\n`,
      undefined,
      { tolerate: ['trailingDelimiter'] },
    ],
    [
      'two delimiters more at the end of some rows',
      sales.replace('\nr7,21,7.5\n', '\nr7,21,7.5,,\n').replace('\nr9,27,9.5\n', '\nr9,27,9.5,\n'),
      undefined,
      { tolerate: ['trailingDelimiter'] },
    ],
    [
      'rows of nothing but delimiters among its rows',
      sales.replaceAll(/\n(r.,)/g, '\n,,\n$1'),
      undefined,
      { tolerate: ['blankRows'] },
    ],
    [
      'rows of nothing but more delimiters below it, which are no footer',
      `${sales};;;;\n;;;;\n`.replaceAll(',', ';'),
      { delimiter: ';' },
      { tolerate: ['blankRows'] },
    ],
    [
      'rows of empty quotes, and a delimiter more at the end of others',
      `${sales.replace('\nr7,21,7.5\n', '\nr7,21,7.5,\n')}"","",""\n\n`,
      undefined,
      { tolerate: ['blankRows', 'trailingDelimiter'] },
    ],
    [
      'blank rows above a source below its rows',
      `${sales},,\n,,\nSource: the office\n`,
      undefined,
      { tolerate: ['blankRows'], footer: ['Source:'] },
    ],
    [
      'a source below its rows',
      `${sales}\nSource: the office, 2024\nNote: rounded\n`,
      undefined,
      { footer: ['Source:'] },
    ],
    ['a sum below its rows', `${sales}Total,2340,800\n`, undefined, { footer: ['Total'] }],
    [
      'a sum and a source',
      `${sales}Total,2340,800\n\n"Source: the office"\n`,
      undefined,
      { footer: ['Total', '"Source:'] },
    ],
  ])('%s', async (_, content, dialect, reading) => {
    const made = await init(content)
    expect(made.dialect).toEqual(dialect)
    expect(made.reading).toEqual(reading)
    expect(made.fields.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
      ['Region', 'string'],
      ['Units', 'integer'],
      ['Price', 'number'],
    ])
    expect(made.tried.counts).toEqual({ read: 40, clean: 40, duplicate: 0, refused: 0 })
  })

  it('the kinds of its columns, and a hint at one of them', async () => {
    const kinds = `Day,Low,High,Rain,Wind\ntime,c,c,c,c\n,,,,class\n${climate.join('')}`
    const { dialect, fields, tried } = await init(kinds)
    expect(dialect).toEqual({ commentRows: [2, 3] })
    expect(fields[4]).toEqual({ name: 'Wind', type: 'integer' })
    expect(tried.counts).toMatchObject({ read: 28, clean: 28 })
  })

  it('notes, by a beginning that no row has', async () => {
    const regions = sales.replaceAll(/^r/gm, 'Note ')
    const { reading, tried } = await init(`${regions}Note 1 and 2 are rounded\n`)
    expect(reading).toEqual({ footer: ['Note 1 and 2 are rou'] })
    expect(tried.counts).toMatchObject({ read: 40, clean: 40 })
  })

  it('what would be names, of a file without any', async () => {
    const { dialect, fields, tried } = await init(`Data of 2024\nby us\n\n${rows.replaceAll('r', '')}`)
    expect(dialect).toEqual({ header: false, commentRows: [1, 2, 3] })
    expect(fields).toHaveLength(3)
    expect(tried.counts).toMatchObject({ read: 40, clean: 40 })
  })
})

describe('a cell that is no number where all others are one', () => {
  const many = Array.from({ length: 150 }, (_, i) => `r${i},${i % 7}.5\n`).join('')
  it.each([
    ['behind a row that cannot be read', `Region,Price\nr,1,2\n${many}x,3.11);\n`, 152],
    [
      'in a file without a header',
      `2024-01-01,0.5\n${many.replaceAll(/r(\d+)/g, '2024-01-02')}2024-01-03,3.11);\n2024-01-04,1.5\n`,
      152,
    ],
    ['behind a blank row', `Region,Price\n,\n${many}x,3.11);\n`, 151],
  ])('%s is told with the number of its row, which is refused', async (_, content, row) => {
    const { doubts, folder } = await init(content)
    expect(doubts).toContainEqual(
      expect.stringContaining(`is no number: "3.11);" (row ${row}), and its row will be refused`),
    )
    const tried = await tryDataset(join(folder, 'sample.csv'), { dataset: folder, outcome: 'refused' })
    expect(tried.rows.map((one) => one.row)).toContain(row)
  })
})

describe('what is not sure is told:', () => {
  it.each([
    ['a header row', `Sales report,,\n${sales}`, 'header row, taken for line 2: what stands above it'],
    ['a sum', `${sales}Total,2340,800\n`, 'footer, taken for "Total": the last row sums the others up'],
    ['units', `Region,Units,Price\n,pieces,EUR\n${rows}`, 'comment row, taken for line 2: below the header'],
    [
      'units below a header that stands below comments',
      `# Sales report\n# of 2024\nRegion,Units,Price\n,pieces,EUR\n${rows}`,
      'comment row, taken for line 4: below the header',
    ],
  ])('%s', async (_, content, doubt) => {
    const { doubts } = await init(content)
    expect(doubts).toEqual([expect.stringContaining(doubt)])
  })
})

describe('no line is left out', () => {
  it.each([
    ['of a category that is called Total', `Region,Units,Price\nTotal,1,2\n${rows}Total,2340,800\n`],
    ['of rows with a missing value at first', `Region,Units,Price\na,n/a,NA\n${rows}`],
    ['of texts', 'first,last\nann,smith\nbob,jones\neve,brown\nkim,lee\ntom,king\n'],
    ['with a sign that begins other rows too', sales.replaceAll('\nr', '\n#r')],
  ])('%s', async (_, content) => {
    const { dialect, reading, tried } = await init(content)
    expect([dialect, reading]).toEqual([undefined, undefined])
    expect(tried.counts.read).toBe(content.trimEnd().split('\n').length - 1)
  })

  it('below a header that stands on two lines itself, because no number would tell it', async () => {
    const { dialect, tried } = await init(`"Region\n",Units,Price\n,pieces,EUR\n${rows}`)
    expect(dialect).toBeUndefined()
    expect(tried.counts).toMatchObject({ read: 41, clean: 41 })
  })

  it('of equal rows', async () => {
    const { dialect, tried } = await init('*\n*\n*""*\n*\n*\n')
    expect(dialect).toEqual({ header: false })
    expect(tried.counts).toMatchObject({ read: 5, refused: 0 })
  })

  it('that is as wide as the rows, whatever it begins with', async () => {
    const half = rows.replaceAll(/^r(\d*[02468]),/gm, '#$1,')
    const { dialect, tried } = await init(`Sales report\nRegion,Units,Price\n${half}`)
    expect(dialect).toEqual({ headerRows: [2] })
    expect(tried.counts).toMatchObject({ read: 40, clean: 40 })
  })

  it('where more lines follow than a footer has', async () => {
    const notes = Array.from({ length: 30 }, (_, i) => `note ${i}\n`).join('')
    const { reading, doubts } = await init(sales + notes)
    expect(reading).toBeUndefined()
    expect(doubts).toEqual([expect.stringContaining('30 of 70 rows cannot be read')])
  })
})
