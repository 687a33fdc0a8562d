import { join } from 'node:path'
import { loadDataset, topicSchemas, type Original } from '@dsf/dataset'
import { describe, expect, it } from 'vitest'
import { encodeQuarantine, jsonlEncoder } from './encode-jsonl.ts'

const folder = (name: string) => join(import.meta.dirname, '../../../datasets', name)
const weather = loadDataset(folder('seattle-weather'))
const day = {
  dsf_run: 'r1',
  dsf_row: 3,
  dsf_version: 12,
  date: 15_340,
  precipitation: 0,
  temp_max: 12.8,
  temp_min: -5,
  wind: null,
  weather: 'a "rainy"\nday',
  simulated: false,
  temp_range: 17.8,
}

describe('jsonlEncoder', () => {
  it('writes one object a line, with the columns of the enriched schema and times as text', async () => {
    const jsonl = await jsonlEncoder(weather)([day, { ...day, date: 15_341, weather: '' }])
    const lines = jsonl.toString().split('\n')
    expect(lines).toEqual([
      '{"dsf_run":"r1","dsf_row":3,"dsf_version":12,"date":"2012-01-01","precipitation":0,"temp_max":12.8,"temp_min":-5,"wind":null,"weather":"a \\"rainy\\"\\nday","simulated":false,"temp_range":17.8}',
      '{"dsf_run":"r1","dsf_row":3,"dsf_version":12,"date":"2012-01-02","precipitation":0,"temp_max":12.8,"temp_min":-5,"wind":null,"weather":"","simulated":false,"temp_range":17.8}',
      '',
    ])
    expect(Object.keys(JSON.parse(lines[0]!))).toEqual(
      topicSchemas.enriched(weather).fields.map(({ name }) => name),
    )
  })

  it('writes datetimes as ISO 8601 in UTC with milliseconds', async () => {
    const earthquakes = loadDataset(folder('earthquakes'))
    const jsonl = await jsonlEncoder(earthquakes)([{ time: 1_795_471_200_123, updated: null }])
    const [line] = jsonl.toString().split('\n')
    expect(JSON.parse(line!)).toMatchObject({ time: '2026-11-23T22:00:00.123Z', updated: null })
  })
})

describe('encodeQuarantine', () => {
  const refused = {
    dsf_run: 'r1',
    dsf_row: 9,
    stage: 'cleaner',
    reasons: [{ field: 'mag', code: 'type', message: 'mag "x" is no number' }],
  }
  const encoded = async (content: Original['content'], bytes: Uint8Array) => {
    const jsonl = await encodeQuarantine([{ ...refused, content, bytes: bytes as Buffer }])
    return JSON.parse(jsonl.toString()) as unknown
  }

  it('keeps the bytes exactly, and shows them where they are text', async () => {
    expect(await encoded('csv', Buffer.from('é,"x"\n'))).toEqual({
      ...refused,
      content: 'csv',
      bytes: 'w6ksIngiCg==',
      text: 'é,"x"\n',
    })
  })

  it('shows no text for bytes that are not UTF-8, nor for Avro that happens to be', async () => {
    expect(await encoded('csv', Uint8Array.of(0xff, 0x2c))).toEqual({
      ...refused,
      content: 'csv',
      bytes: '/yw=',
    })
    expect(await encoded('avro', Uint8Array.of(0, 0, 0, 0, 1))).toEqual({
      ...refused,
      content: 'avro',
      bytes: 'AAAAAAE=',
    })
  })

  it('takes bytes that are a window into a larger buffer', async () => {
    expect(
      await encoded('csv', new Uint8Array(Buffer.from('__ab__').buffer.slice(0)).subarray(0, 0)),
    ).toMatchObject({ bytes: '', text: '' })
    expect(await encoded('csv', Uint8Array.from(Buffer.from('__ab__')).subarray(2, 4))).toMatchObject({
      bytes: 'YWI=',
      text: 'ab',
    })
  })
})
