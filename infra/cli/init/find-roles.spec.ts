import { describe, expect, it } from 'vitest'
import { initializer } from '../testing/init-content.ts'

const init = initializer()
const rows = (row: (i: number) => string) => Array.from({ length: 40 }, (_, i) => `${row(i)}\n`).join('')

describe('the time of a row', () => {
  it('is not that of a birth, where there is another', async () => {
    const day = (i: number) => `19${50 + (i % 40)}-01-${10 + (i % 15)}`
    const table = (name: string) =>
      `id,${name},left\n${rows((i) => `p${i},${day(i)},${i % 5 ? day(i + 7) : ''}`)}`
    for (const name of ['Born Date', 'date_of_birth', 'dob'])
      expect((await init(table(name))).findings).toContainEqual(
        expect.objectContaining({ about: 'event time', answer: 'left' }),
      )
    expect((await init(`id,dob\n${rows((i) => `p${i},${day(i)}`)}`)).findings).toContainEqual(
      expect.objectContaining({ about: 'event time', answer: 'dob' }),
    )
  })
})

describe('the place of a row', () => {
  it.each([
    ['lat', 'lng'],
    ['latitude_deg', 'longitude_deg'],
    ['start_lat', 'start_lon'],
    ['Latitudine', 'Longitudine'],
    ['lat_wgs84', 'lon_wgs84'],
    ['dnlatitude', 'dnlongitude'],
  ])('is in "%s" and "%s"', async (latitude, longitude) => {
    const { findings } = await init(`id,${latitude},${longitude}\n${rows((i) => `p${i},${i}.5,-${i}.25`)}`)
    expect(findings).toContainEqual(
      expect.objectContaining({ about: 'place', answer: `${latitude}, ${longitude}` }),
    )
  })

  it('is none of integers with thousands', async () => {
    const { findings, fields } = await init(
      `name;lat;lon\n${rows((i) => `p${i};48.137.${100 + i};11.575.${100 + i}`)}`,
    )
    expect(findings).toContainEqual(expect.objectContaining({ about: 'place', answer: 'none' }))
    expect(fields[1]).toMatchObject({ type: 'integer', groupChar: '.' })
  })

  it('is nowhere where some are beyond those of the earth, and that is told', async () => {
    const { findings, doubts } = await init(
      `id,lat,lon\n${rows((i) => `p${i},${i}.5,${i === 7 ? 195 : i}.25`)}`,
    )
    expect(findings).toContainEqual(expect.objectContaining({ about: 'place', answer: 'none' }))
    expect(doubts).toContainEqual(expect.stringContaining('lon: 1 cell of 40 rows is beyond 180 degrees'))
  })

  it('is nowhere where there are no such degrees, and that is said', async () => {
    const { findings } = await init(`id,lat,lon\n${rows((i) => `p${i},${i}00.5,-${i}.25`)}`)
    expect(findings).toContainEqual(expect.objectContaining({ about: 'place', answer: 'none' }))
  })
})

it('no kind is made of the code of an address', async () => {
  const { findings } = await init(
    `day,zip,cases\n${rows((i) => `2024-01-${10 + (i % 20)},${10115 + Math.floor(i / 20)},${i % 7}`)}`,
  )
  expect(findings).toContainEqual(expect.objectContaining({ about: 'kind', answer: 'none' }))
})

describe('the time of a row', () => {
  it('is its moment, where its day stands before that', async () => {
    const { findings } = await init(
      `date,ts,trips\n${rows((i) => `2024-01-0${1 + Math.floor(i / 20)},2024-01-0${1 + Math.floor(i / 20)} ${10 + (i % 10)}:00,${i}`)}`,
    )
    expect(findings).toContainEqual(expect.objectContaining({ about: 'event time', answer: 'ts' }))
  })

  it('is the day where a clock stands beside it, and that is told', async () => {
    const { findings, doubts } = await init(
      `Datum,Uhrzeit,Wert\n${rows((i) => `2024-01-${10 + (i >> 2)},${10 + (i % 4)}:30,${i % 7}.5`)}`,
    )
    expect(findings).toContainEqual(expect.objectContaining({ about: 'event time', answer: 'Datum' }))
    expect(doubts).toContainEqual(
      expect.stringContaining('Uhrzeit: its cells are the times of day of "Datum"'),
    )
  })

  it('has no clock beside it in scores, nor where it is a moment itself', async () => {
    const scores = await init(
      `date,score,gate\n${rows((i) => `2024-01-${10 + (i >> 2)},${20 + i}:${60 + i},${i % 4}`)}`,
    )
    expect(scores.doubts.join()).not.toContain('times of day')
    const moments = await init(
      `at,opens,gate\n${rows((i) => `2024-01-${10 + (i >> 2)} 0${i % 4}:00,1${i % 4}:30,${i}`)}`,
    )
    expect(moments.doubts.join()).not.toContain('times of day')
  })

  it('is the day, where the moment is one of a change or of something else', async () => {
    for (const name of ['last_modified', 'sunrise', 'Hochwasser']) {
      const day = (i: number) => `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`
      const { findings } = await init(
        `date,place,${name}\n${rows((i) => `${day(i)},p${Math.floor(i / 28)},${day(i)} 0${i % 10}:${10 + i}`)}`,
      )
      expect([name, findings.find(({ about }) => about === 'event time')?.answer]).toEqual([name, 'date'])
    }
  })

  it('is the first of them, where the other is another day', async () => {
    const { findings } = await init(
      `date,ts,trips\n${rows((i) => `2024-01-0${1 + Math.floor(i / 20)},2024-02-01 ${10 + (i % 10)}:00,${i}`)}`,
    )
    expect(findings).toContainEqual(expect.objectContaining({ about: 'event time', answer: 'date' }))
  })
})

describe('the kind of a row', () => {
  it('is no address, and nothing that says where it is from', async () => {
    const source = (i: number) => `https://example.org/${i % 2}`
    const { findings } = await init(
      `id,page,fuente\n${rows((i) => `p${i},${source(i)},${i % 3 ? 'DEIS' : 'INDEC'}`)}`,
    )
    expect(findings).toContainEqual(expect.objectContaining({ about: 'kind', answer: 'none' }))
  })
})
