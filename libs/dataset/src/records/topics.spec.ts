import { expect, test } from 'vitest'
import { defined } from '../../testing/define.ts'
import { topicsOf } from '../index.ts'

const day = 24 * 3600 * 1000
const keep = (days: number) => ({ 'cleanup.policy': 'delete', 'retention.ms': String(days * day) })
const forever = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1' }

test('a dataset has a topic of each kind: all with its lanes, but for those about runs', () => {
  const dataset = defined((json) => Object.assign(json['x-dsf'], { lanes: 6, retentionDays: 3 }))
  expect(topicsOf(dataset)).toEqual([
    { topic: 'quakes.requests', kind: 'requests', partitions: 1, config: keep(30) },
    { topic: 'quakes.runs', kind: 'runs', partitions: 1, config: forever },
    { topic: 'quakes.raw', kind: 'raw', partitions: 6, config: keep(3) },
    { topic: 'quakes.clean', kind: 'clean', partitions: 6, config: keep(3) },
    { topic: 'quakes.seen', kind: 'seen', partitions: 6, config: forever },
    { topic: 'quakes.enriched', kind: 'enriched', partitions: 6, config: keep(3) },
    { topic: 'quakes.profile', kind: 'profile', partitions: 1, config: keep(12) },
    { topic: 'quakes.objects', kind: 'objects', partitions: 6, config: keep(12) },
    { topic: 'quakes.receipts', kind: 'receipts', partitions: 1, config: keep(30) },
    { topic: 'quakes.quarantine', kind: 'quarantine', partitions: 6, config: keep(12) },
  ])
})
