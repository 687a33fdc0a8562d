import { describe, expect, it } from 'vitest'
import { metadataRequest, parseMetadata } from './kafka.ts'

const int16 = (value: number) => [(value >> 8) & 255, value & 255]
const int32 = (value: number) => [...int16(value >> 16), ...int16(value)]
const string = (text: string) => [...int16(text.length), ...Buffer.from(text)]

function answer(brokers: number[][], controller: number): Buffer {
  const body = [
    ...int32(1),
    ...int32(0),
    ...int32(brokers.length),
    ...brokers.flat(),
    ...string('cluster'),
    ...int32(controller),
    ...int32(0),
  ]
  return Buffer.from([...int32(body.length), ...body])
}

describe('the metadata probe', () => {
  it('finds brokers and controller', () => {
    const broker = [...int32(1), ...string('127.0.0.1'), ...int32(9092), ...int16(-1)]
    expect(parseMetadata(answer([broker, broker], 7))).toEqual({ brokers: 2, controller: 7 })
  })

  it('sees a broker that does not know itself yet', () => {
    expect(parseMetadata(answer([], -1))).toEqual({ brokers: 0, controller: -1 })
  })

  it('says its own length', () => {
    expect(metadataRequest().readInt32BE(0)).toBe(metadataRequest().length - 4)
  })
})
