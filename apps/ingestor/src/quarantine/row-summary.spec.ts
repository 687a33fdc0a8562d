import { describe, expect, it } from 'vitest'
import { refusedRow } from '../../testing/refused-row.ts'
import { bytesOf, shortSummaryOf } from './row-summary.ts'

const refused = (change: object) => refusedRow(1, change)

describe('a quarantined row', () => {
  it('shows text only where the bytes are one: framed Avro may look like it', () => {
    expect(bytesOf(refused({ content: 'csv' }))).toEqual({ bytes: 'eA==', text: 'x' })
    expect(bytesOf(refused({}))).toEqual({ bytes: 'eA==' })
    expect(bytesOf(refused({ content: 'csv', bytes: Buffer.from([0xff]) }))).toEqual({ bytes: '/w==' })
  })

  it('is short in a list, whatever it has', () => {
    const reasons = Array.from({ length: 500 }, (_, i) => ({
      ...{ field: `f${i}`, code: 'type', message: 'x'.repeat(5000) },
    }))
    const listed = shortSummaryOf(refused({ reasons, key: 'k'.repeat(60_000) }))
    expect(JSON.stringify(listed).length).toBeLessThan(10_000)
    expect(listed.reasons).toHaveLength(20)
  })
})
