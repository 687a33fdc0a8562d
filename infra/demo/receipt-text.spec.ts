import { expect, test } from 'vitest'
import { receiptText } from './receipt-text.ts'

test('a receipt reads as sums', () => {
  const counters = {
    read: 1483,
    clean: 817,
    duplicate: 644,
    quarantined: 22,
    simulated: 73,
    enriched: 890,
    processed: 817,
    stored: 890,
    indexed: 889,
    superseded: 1,
    refused: 0,
    'quarantined:unreadable': 10,
    'quarantined:type': 12,
  }
  expect(receiptText({ counters })).toBe(
    [
      'read       1,483 = 817 clean + 644 duplicate + 22 quarantined (10 unreadable, 12 type)',
      'enriched     890 = 817 clean + 73 simulated',
      'processed    817 = 817 clean, as CSV',
      'stored       890 = 890 enriched, in the lake',
      'indexed      889 + 1 superseded = 890 stored',
    ].join('\n'),
  )
})

test('what is not counted is nothing', () => {
  expect(receiptText({ counters: {} })).toContain('read       0 = 0 clean + 0 duplicate + 0 quarantined\n')
})

test('documents that the index refused are named', () => {
  expect(receiptText({ counters: { stored: 2, enriched: 2, indexed: 1, refused: 1 } })).toContain(
    'indexed    1 + 0 superseded + 1 refused = 2 stored',
  )
})
