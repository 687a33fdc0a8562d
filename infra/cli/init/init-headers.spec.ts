/** Headers that are not as wide as the rows, below a note of several lines, or with a sign before them. */
import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const namesOf = ({ fields }: { fields: { name: string }[] }) => fields.map(({ name }) => name)

const rows = Array.from(
  { length: 40 },
  (_, i) => `2024-01-01 ${10 + (i % 14)}:${10 + i},${i * 3},${i}.5\n`,
).join('')

describe('a header that comes again among the rows', () => {
  it.each([3, 120])('is one all the same, and its repeats in %i rows are told and refused', async (count) => {
    const births = Array.from({ length: count }, (_, i) => `${1914 + i},${287 + ((i * 37) % 50)}\n`)
    const made = await init(
      ['year,births\n', ...births.slice(0, 2), 'year,births\n', ...births.slice(2)].join(''),
    )
    expect(namesOf(made)).toEqual(['year', 'births'])
    expect(made.tried.counts).toMatchObject({ read: count + 1, clean: count })
    expect(made.doubts).toContainEqual(expect.stringContaining('the header stands once more among the rows'))
  })
})

it('a header without any name does not come again as rows without a value, of which none is the key then', async () => {
  const made = await init('""\n""\n"a"\n"-"\n')
  expect(made.tried.counts).toMatchObject({ read: 3, refused: 0 })
})

it('a header of more names than most rows have cells is one, and short rows are let pass, which is told', async () => {
  const few = Array.from({ length: 40 }, (_, i) => `k${i},n${i % 7},${i}.5${i % 9 ? '' : ',list'}\n`).join('')
  const made = await init(`key,name,size,note\n${few}`)
  expect(namesOf(made)).toEqual(['key', 'name', 'size', 'note'])
  expect(made.reading).toEqual({ tolerate: ['shortRows'] })
  expect(made.tried.counts).toMatchObject({ read: 40, clean: 40 })
  expect(made.doubts).toContainEqual(
    expect.stringContaining('the header has 4 cells, each a word; most rows have 3'),
  )
})

it('a list of words has its first one for a name, and that is told', async () => {
  const { doubts } = await init(
    ['boat', 'house', 'rowing', 'oar', 'keel', 'mast'].map((word) => `${word}\n`).join(''),
  )
  expect(doubts).toContainEqual(
    expect.stringContaining('the first line is taken for the name of the one column'),
  )
})

describe('a header with a name too few', () => {
  it('leaves the last columns without one, which is told', async () => {
    const wide = rows.replaceAll('\n', ',7,8\n')
    const made = await init(`Time,Sales,Costs\n${wide}`)
    expect(made.dialect).toEqual({ header: false, commentRows: [1] })
    expect(namesOf(made)).toEqual(['Time', 'Sales', 'Costs', 'column_4', 'column_5'])
    expect(made.tried.counts).toMatchObject({ read: 40, clean: 40 })
    expect(made.doubts).toContainEqual(expect.stringContaining('line 1, without the last 2 columns'))
  })

  it('leaves the last column without one, where the first one has no name for each row', async () => {
    const made = await init(
      `Kind,Sales\n${Array.from({ length: 40 }, (_, i) => `k${i % 2},${i},${i}.5\n`).join('')}`,
    )
    expect(namesOf(made)).toEqual(['Kind', 'Sales', 'column_3'])
  })

  it('is none where it names no more than half of the columns', async () => {
    const made = await init(`Sales, of 2024\n${rows.replaceAll('\n', ',7\n')}`)
    expect(namesOf(made)).toEqual(['column_1', 'column_2', 'column_3', 'column_4'])
  })

  it('is a title where names stand below it', async () => {
    const made = await init(`Sales, in euro\nTime,Sales,Costs\n${rows}`)
    expect(made.dialect).toEqual({ headerRows: [2] })
    expect(namesOf(made)).toEqual(['Time', 'Sales', 'Costs'])
  })
})

describe('a note of several lines in one cell is no header', () => {
  const note = '"Sales of 2024\nSource: the office\nLicense: none"'
  it.each([
    ['beside another one', `comment,${note},\n`],
    ['with empty cells behind it', `${note},,\n`],
    ['alone', `${note}\n`],
  ])('%s', async (_, above) => {
    const made = await init(`${above}Time,Sales,Costs\n${rows}`)
    expect(made.dialect).toEqual({ headerRows: [4] })
    expect(namesOf(made)).toEqual(['Time', 'Sales', 'Costs'])
    expect(made.tried.counts).toMatchObject({ read: 40, clean: 40 })
  })

  it('above two columns', async () => {
    const made = await init(`${note},\nSales,Costs\n${rows.replaceAll(/^[^,]*,/gm, '')}`)
    expect(made.dialect).toEqual({ headerRows: [4] })
    expect(namesOf(made)).toEqual(['Sales', 'Costs'])
  })
})

describe('lines as wide as the rows', () => {
  const cite = 'Please,cite:,"The office, 2024"\nSale,s of ,the year\n'

  it('are no header where a line without a cell parts them from one', async () => {
    const made = await init(`${cite},,\nTime,Sales,Costs\n${rows}`)
    expect(made.dialect).toEqual({ headerRows: [4] })
    expect(namesOf(made)).toEqual(['Time', 'Sales', 'Costs'])
    expect(made.tried.counts).toMatchObject({ read: 40, clean: 40 })
  })

  it('are left out by no gap where one of them is a row', async () => {
    const made = await init(`Day,Gains,Losses\n2024-01-01,1,2\n,,\nTime,Sales,Costs\n${rows}`)
    expect(namesOf(made)).toEqual(['Day', 'Gains', 'Losses'])
    expect(made.tried.counts).toMatchObject({ read: 42 })
  })
})

describe('a first row of texts is taken for names', () => {
  const codes = ['KBI', 'BKK', 'PRI', 'PHB', 'CNT', 'CPM', 'CRI']
    .map((code, i) => `p${i} of many,${code}\n`)
    .join('')

  it('and that is told where a cell of it is written as all others of its column', async () => {
    const made = await init(`Mukdahan,MDH\n${codes}`)
    expect(made.tried.counts).toMatchObject({ read: 7 })
    expect(made.doubts).toEqual([
      expect.stringMatching(/^the first row is taken .* "MDH" is written as .*Then/),
    ])
  })

  it('without more, where it is written otherwise', async () => {
    for (const names of ['name,iso', 'name,PRI'])
      expect((await init(`${names}\n${codes}`)).doubts).toEqual([])
  })
})

describe('a first row with a value that its column has again', () => {
  const words = (first: string, again: string) =>
    [first, ...Array.from({ length: 12 }, (_, i) => `w${i},${i % 5 === 0 ? again : `say ${i}`}`), ''].join(
      '\n',
    )

  it('is a row, where others have some again too', async () => {
    const made = await init(words('alpha,al', 'al'))
    expect([made.dialect, namesOf(made)]).toEqual([{ header: false }, ['column_1', 'column_2']])
    expect(made.tried.counts).toMatchObject({ read: 13, clean: 13 })
    expect(made.findings).toContainEqual(
      expect.objectContaining({ about: 'header', sure: 'guess', why: expect.stringMatching(/^"al" of the/) }),
    )
  })

  it('is the header of a list of words that has its name among them', async () => {
    const rows = Array.from(
      { length: 12 },
      (_, i) => `${i > 9 ? 'word' : `w${i}`},${['noun', 'verb'][i % 2]}`,
    )
    const made = await init(['word,pos', ...rows, ''].join('\n'))
    expect(namesOf(made)).toEqual(['word', 'pos'])
    expect(made.doubts).toEqual([expect.stringContaining('"word" stands in other rows too')])
  })

  it('is the header where that is the only value of its column, which says that something is so', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `w${i},${i % 3 ? 'good' : ''},${i % 4 ? '' : 'bad'}`)
    const made = await init(['Entry,good,bad', ...rows, ''].join('\n'))
    expect([namesOf(made), made.doubts]).toEqual([['Entry', 'good', 'bad'], []])
    const everywhere = rows.map((row) => row.replace(',,', ',good,'))
    expect(namesOf(await init(['Entry,good,', ...everywhere, ''].join('\n')))[0]).toBe('column_1')
  })
})

describe('an index without a name, as Pandas writes it,', () => {
  it.each([
    ['beside texts', ',alpha_2,numeric', (i: number) => `${i},A${'BCDEFGHI'[i]},00${i}`],
    ['beside a column for each year', ',2019,2020', (i: number) => `${i},${i * 7}.5,${(i * 3) % 5}.5`],
  ])('makes no row of the header, %s', async (_, header, row) => {
    const made = await init([header, ...Array.from({ length: 8 }, (_, i) => row(i)), ''].join('\n'))
    expect(namesOf(made)).toEqual(['column_1', ...header.split(',').slice(1)])
    expect(made.tried.counts).toMatchObject({ read: 8, clean: 8 })
    expect(made.doubts).toEqual([expect.stringContaining('column 1 is "column_1"')])
  })
})

describe('white space around a name', () => {
  it('is none of it, and the file is read by the name that it has', async () => {
    const made = await init('code, name,\u3000area ,cost\n1,a,01,5.5\n2,b,02,3.5\n')
    expect(made.fields.map(({ name, 'x-dsf': more }) => [name, more])).toEqual([
      ['code', undefined],
      ['name', { header: ' name' }],
      ['area', { header: '\u3000area ' }],
      ['cost', undefined],
    ])
    expect(made.tried.rows[0]!.values).toEqual({ code: 1, name: 'a', area: '01', cost: 5.5 })
    expect(made.findings).toContainEqual(
      expect.objectContaining({ why: expect.stringContaining('" name" in the file') }),
    )
    expect([made.doubts, made.dialect]).toEqual([[], undefined])
  })

  it('may be all that tells it from another one, and that is told', async () => {
    const made = await init('code, code\n1,5\n2,3\n')
    expect(namesOf(made)).toEqual(['code', 'code_2'])
    expect(made.doubts).toEqual([expect.stringContaining('column 2 is "code_2"')])
  })
})

describe('a sign before the first name', () => {
  it('is none of it, and the file is read by the name that it has', async () => {
    const made = await init(`# Time,Sales,Costs\n${rows}`)
    expect(made.fields[0]).toMatchObject({ name: 'Time', 'x-dsf': { header: '# Time' } })
    expect(made.tried.counts).toMatchObject({ read: 40, clean: 40 })
    expect(made.findings).toContainEqual(
      expect.objectContaining({ why: expect.stringContaining('"# Time" in the file') }),
    )
    expect(made.doubts).toEqual([])
  })

  it.each([
    ['counts', '# of days'],
    ['stands before others too', '# Days'],
  ])('is a part of it where it %s', async (_, name) => {
    const made = await init(`${name},${name === '# Days' ? '# Sales' : 'Sales'},Costs\n${rows}`)
    expect(namesOf(made)[0]).toBe(name)
  })

  it('is one of a column beside one of that name', async () => {
    const made = await init(`# Time,Time,Costs\n${rows}`)
    expect(namesOf(made)).toEqual(['Time_2', 'Time', 'Costs'])
  })
})
