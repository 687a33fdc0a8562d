/** Names that stand on two lines, in a comment, or not above every column. */
import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'
import { climate, rows, sales } from '../testing/tables.ts'

const init = initializer()

describe('the columns of a file are called', () => {
  it('by two lines, where the first one leaves some without a name', async () => {
    const { dialect, fields } = await init(
      `,Temperature,,Wind,\nDate,min,max,speed,gust\n${climate.join('')}`,
    )
    expect(dialect).toEqual({ headerRows: [1, 2] })
    expect(fields.map(({ name }) => name)).toEqual(['Date', 'Temperature min', 'max', 'Wind speed', 'gust'])
  })

  it('by a line of a narrower table below what the whole file is of', async () => {
    const table = Array.from({ length: 30 }, (_, i) => `2008,1,${i + 1},0.${i + 10},,\n`).join('')
    const { dialect, fields, tried } = await init(
      `Source,Location,Latitude,Longitude,Time Zone,Elevation\nCMIST,The Narrows,47.2,-122.5,0,-10\nYear,Month,Day,Speed,,\n${table}`,
    )
    expect(dialect).toMatchObject({ headerRows: [3] })
    expect(fields.slice(0, 4)).toEqual([
      ...['Year', 'Month', 'Day'].map((name) => ({ name, type: 'integer' })),
      { name: 'Speed', type: 'number' },
    ])
    expect(tried.counts).toMatchObject({ read: 30, clean: 30 })
  })

  it('by the first line, where its last column is empty still and a row has words', async () => {
    const table = Array.from({ length: 20 }, (_, i) => `Ort${i},${i}2,\n`).join('')
    const { fields } = await init(`Gemeinde,2023,2024\nAalen,geheim,\n${table}`)
    expect(fields.map(({ name }) => name)).toEqual(['Gemeinde', '2023', '2024'])
  })

  it('by the first line, where units stand below it and a column is empty', async () => {
    const table = Array.from({ length: 30 }, (_, i) => `${i},${i}.5,\n`).join('')
    const { dialect } = await init(`time,speed,remark\ns,m/s,\n${table}`)
    expect(dialect).toEqual({ commentRows: [2] })
  })

  it('by a comment that has as many cells as the rows', async () => {
    const { dialect, fields } = await init(`## v1\n#Region,Units,Price\n${rows}`)
    expect(dialect).toEqual({ headerRows: [2], commentChar: '#' })
    expect(fields[1]).toEqual({ name: 'Units', type: 'integer' })
  })

  it('by a comment above others', async () => {
    const { dialect, fields } = await init(`# Region,Units,Price\n#\n# by hand, 2024\n${rows}`)
    expect(dialect).toEqual({ headerRows: [1], commentChar: '#' })
    expect(fields[1]).toEqual({ name: 'Units', type: 'integer' })
  })

  it('by no comment, where a line of names stands below it', async () => {
    const { dialect } = await init(`# sales, costs, gains\n${sales}`)
    expect(dialect?.['headerRows']).not.toEqual([1])
  })

  it('by a line that leaves the first column out, as R writes it', async () => {
    const { dialect, fields, tried } = await init(`"Units","Price"\n${rows}`)
    expect(dialect).toEqual({ header: false, commentRows: [1] })
    expect(fields.map(({ name }) => name)).toEqual(['column_1', 'Units', 'Price'])
    expect(tried.counts).toMatchObject({ read: 40, clean: 40 })
  })

  it('by numbers that grow, under a name', async () => {
    const { dialect, fields } = await init('turbine,1,2,3,4,5\na,1,2,9,7,1\nb,3,1,8,9,2\nc,2,2,7,6,1\n')
    expect(dialect).toBeUndefined()
    expect(fields[1]).toMatchObject({ name: '1' })
  })
})
