import { describe, expect, it } from 'vitest'
import { namesOf } from './names.ts'

describe('names in Kafka', () => {
  it('are without a prefix what they always were', () => {
    const { topic, group, lane } = namesOf()
    expect([topic('quakes', 'raw'), group('cleaner'), lane('cleaner', 'quakes', 3)]).toEqual([
      'quakes.raw',
      'dsf.cleaner',
      'dsf.cleaner.quakes.3',
    ])
  })

  it('all begin with the prefix', () => {
    const names = namesOf('team-a.')
    const all = [
      names.topic('quakes', 'raw'),
      names.group('cleaner'),
      names.reader('cleaner'),
      names.lane('cleaner', 'quakes', 0),
    ]
    expect(all.filter((name) => !name.startsWith('team-a.'))).toEqual([])
  })

  it.each(['', 'team-a.', 'a.b.'])('tell behind the prefix "%s" whose topic it is', (prefix) => {
    const { topic, partsOf } = namesOf(prefix)
    expect(partsOf(topic('quakes', 'raw'))).toEqual({ dataset: 'quakes', kind: 'raw' })
  })
})
