import { join } from 'node:path'
import { loadDataset, noValue, objectKey, type Row } from '@dsf/dataset'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partitionProfile, partitionRows, unpartitioned } from './partition-rows.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
const earthquakes = loadDataset(folder('earthquakes'))
const weather = loadDataset(folder('seattle-weather'))
const quake = (type: string | null, time: string | null) => ({
  type,
  time: time === null ? null : Date.parse(time),
})

describe('partitionRows', () => {
  it('groups by type and UTC day in order of first appearance, rows in offset order', () => {
    const late = quake('quarry blast', '2026-11-23T23:59:59.999Z')
    const next = quake('earthquake', '2026-11-24T00:00:00Z')
    const early = quake('quarry blast', '2026-11-23T00:00:00Z')
    expect(partitionRows(earthquakes, [late, next, early])).toEqual([
      {
        partitions: [
          ['type', 'quarry blast'],
          ['dt', '2026-11-23'],
        ],
        records: [late, early],
      },
      {
        partitions: [
          ['type', 'earthquake'],
          ['dt', '2026-11-24'],
        ],
        records: [next],
      },
    ])
  })

  it('takes the day before 1970 that a negative time lies in', () => {
    const [group] = partitionRows(earthquakes, [quake('earthquake', '1969-12-31T23:00:00Z')])
    expect(group!.partitions).toEqual([
      ['type', 'earthquake'],
      ['dt', '1969-12-31'],
    ])
  })

  it('reads an event time of type date as days', () => {
    const rows = [{ date: 15_340, weather: 'rain' }]
    expect(partitionRows(weather, rows)).toEqual([
      {
        partitions: [
          ['type', 'rain'],
          ['dt', '2012-01-01'],
        ],
        records: rows,
      },
    ])
  })

  it('gives a missing type or time the marker that readers of Hive paths take as null', () => {
    const rows = [quake(null, '2026-11-23T00:00:00Z'), quake('earthquake', null)]
    expect(partitionRows(earthquakes, rows).map(({ partitions }) => partitions)).toEqual([
      [
        ['type', null],
        ['dt', '2026-11-23'],
      ],
      [
        ['type', 'earthquake'],
        ['dt', null],
      ],
    ])
  })

  it.each([
    ['month', '0001-02-03', '0001-02-01'],
    ['month', '0099-12-31', '0099-12-01'],
    ['year', '0001-01-01', '0001-01-01'],
    ['year', '0099-12-31', '0099-01-01'],
    ['year', '0100-12-31', '0100-01-01'],
    ['month', '1582-10-10', '1582-10-01'],
    ['month', '1969-12-31', '1969-12-01'],
    ['year', '9999-12-31', '9999-01-01'],
  ] as const)('takes the %s that %s lies in, in any year: %s', (period, day, dt) => {
    const lake = { ...earthquakes.sinks.lake, period }
    const dataset = { ...earthquakes, sinks: { ...earthquakes.sinks, lake } }
    const rows = [quake('a', `${day}T00:00:00Z`), quake('a', `${day}T23:59:59.999Z`)]
    expect(partitionRows(dataset, rows).map(({ partitions }) => partitions)).toEqual([
      [
        ['type', 'a'],
        ['dt', dt],
      ],
    ])
  })

  it('keeps texts apart that say nothing from a type that is missing', () => {
    const types = [null, 'null', 'NULL', '', 'undefined', noValue, '_empty']
    const groups = partitionRows(
      earthquakes,
      types.map((type) => quake(type, '2026-11-23T00:00:00Z')),
    )
    expect(groups.map(({ records }) => records.map(({ type }) => type))).toEqual(types.map((type) => [type]))
  })

  it('leaves out a level that the dataset does not define', () => {
    const row = quake('earthquake', '2026-11-23T00:00:00Z')
    const partitions = (roles: object) => partitionRows({ ...earthquakes, ...roles }, [row])[0]!.partitions
    expect(partitions({ typeField: undefined })).toEqual([['dt', '2026-11-23']])
    expect(partitions({ eventTime: undefined })).toEqual([['type', 'earthquake']])
    expect(partitions({ typeField: undefined, eventTime: undefined })).toEqual([])
  })

  it('puts types together that would get the same path, so that no object overwrites another', () => {
    const rows = ['a', 'b'].map((end) => quake('x'.repeat(400) + end, '2026-11-23T00:00:00Z'))
    const groups = partitionRows(earthquakes, rows)
    const keys = groups.map(({ partitions }) =>
      objectKey('lake', { dataset: 'd', partitions, lane: 0, firstRecord: 0, extension: 'parquet' }),
    )
    expect(new Set(keys).size).toBe(keys.length)
    expect(groups.flatMap(({ records }) => records)).toEqual(rows)
  })

  it('keeps every record once, in order within its group, under a path of its own', () => {
    const record = fc.record({
      type: fc.oneof(
        fc.constant(null),
        fc.string({ maxLength: 3 }),
        fc.constantFrom('.', '..', '_empty', '', 'null', 'NULL', 'undefined', noValue, '1', '1 2'),
      ),
      time: fc.oneof(fc.constant(null), fc.integer({ min: -200_000_000, max: 200_000_000 })),
    })
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const numbered = records.map((row, offset) => ({ ...row, offset }))
        const groups = partitionRows(earthquakes, numbered)
        const keys = groups.map(({ partitions }) =>
          objectKey('lake', { dataset: 'd', partitions, lane: 0, firstRecord: 0, extension: 'x' }),
        )
        expect(new Set(keys).size).toBe(keys.length)
        const offsets = groups.map((group) => group.records.map(({ offset }) => offset))
        for (const group of offsets) expect(group).toEqual(group.toSorted((a, b) => a - b))
        expect(offsets.flat().toSorted((a, b) => a - b)).toEqual(records.map((_, i) => i))
        expect(groups.map(({ records: [first] }) => first!.offset)).toEqual(
          offsets.map((g) => g[0]!).toSorted((a, b) => a - b),
        )
      }),
    )
  })
})

describe('partitionProfile', () => {
  it('groups by the UTC day that a window starts at, in a folder of its own beside the rows', () => {
    const of = (start: string | null, field: string) => ({ field, window_start: start && Date.parse(start) })
    const day = of('2026-11-23T00:00:00Z', 'a')
    const early = of('1969-12-31T00:00:00Z', 'a')
    const timeless = of(null, 'a')
    const later = of('2026-11-23T00:00:00Z', 'b')
    const folder = (dt: string | null) => [
      ['table', 'profile'],
      ['dt', dt],
    ]
    expect(partitionProfile([day, early, timeless, later] as Row[])).toEqual([
      { partitions: folder('2026-11-23'), records: [day, later] },
      { partitions: folder('1969-12-31'), records: [early] },
      { partitions: folder(null), records: [timeless] },
    ])
  })
})

describe('unpartitioned', () => {
  it('keeps a chunk in one object, and writes none for no records', () => {
    expect(unpartitioned([{ id: 'a' }, { id: 'b' }])).toEqual([
      { partitions: [], records: [{ id: 'a' }, { id: 'b' }] },
    ])
    expect(unpartitioned([])).toEqual([])
  })
})
