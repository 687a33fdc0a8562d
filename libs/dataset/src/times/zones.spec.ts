import fc from 'fast-check'
import { describe, expect, it, test, vi } from 'vitest'
import { isZone, localTimes } from './zones.ts'

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'UTC',
]

/** What the clock of a zone shows, part by part. */
function clockOf(zone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  return (ms: number) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const { year, month, day, hour, minute, second } = parts as Record<string, number>
    return Date.UTC(year!, month! - 1, day, hour, minute, second)
  }
}

describe.each(zones)('%s', (zone) => {
  const shown = clockOf(zone)
  const local = localTimes(zone)
  const instants = fc
    .integer({ min: Date.UTC(1910, 0), max: Date.UTC(2100, 0) })
    .map((ms) => ms - (ms % 1000))
  // an hour around each change of the clock, where random instants hardly ever are
  const aroundChanges = fc
    .tuple(fc.integer({ min: 1980, max: 2037 }), fc.nat(365 * 24), fc.integer({ min: -7200, max: 7200 }))
    .map(([year, hour, seconds]) => Date.UTC(year, 0, 1, hour) + seconds * 1000)

  it('has an instant for each time that its clock shows', () => {
    fc.assert(
      fc.property(fc.oneof(instants, aroundChanges), (ms) => {
        const { earlier, later, odd } = local(shown(ms))
        expect([earlier, later]).toContain(ms)
        expect(odd).toBe(earlier === later ? undefined : 'twice')
        expect([shown(earlier), shown(later)]).toEqual([shown(ms), shown(ms)])
      }),
      { numRuns: 2000 },
    )
  })
})

test.each([
  ['Europe/Berlin', '2024-03-31T01:59:59Z', undefined],
  ['Europe/Berlin', '2024-03-31T02:00:00Z', 'never'],
  ['Europe/Berlin', '2024-03-31T02:59:59Z', 'never'],
  ['Europe/Berlin', '2024-03-31T03:00:00Z', undefined],
  ['Europe/Berlin', '2024-10-27T01:59:59Z', undefined],
  ['Europe/Berlin', '2024-10-27T02:00:00Z', 'twice'],
  ['Europe/Berlin', '2024-10-27T02:59:59Z', 'twice'],
  ['Europe/Berlin', '2024-10-27T03:00:00Z', undefined],
  ['Australia/Lord_Howe', '2024-04-07T01:29:59Z', undefined],
  ['Australia/Lord_Howe', '2024-04-07T01:30:00Z', 'twice'],
  ['Australia/Lord_Howe', '2024-04-07T02:00:00Z', undefined],
  ['Pacific/Apia', '2011-12-30T12:00:00Z', 'never'],
])('in %s, %s is %s', (zone, time, odd) => {
  expect(localTimes(zone)(Date.parse(time)).odd).toBe(odd)
})

test.each([
  ['Europe/Berlin', true],
  ['Asia/Calcutta', true],
  ['Asia/Kolkata', true],
  ['europe/berlin', false],
  ['Europe/Bonn', false],
])('%s is a zone: %s', (name, is) => {
  expect(isZone(name)).toBe(is)
})

test('a year of minutes asks for few offsets', () => {
  const asked = vi.spyOn(Intl.DateTimeFormat.prototype as { format: unknown }, 'format', 'get')
  const local = localTimes('Europe/Berlin')
  for (let ms = Date.UTC(2024, 0), end = Date.UTC(2025, 0); ms < end; ms += 60_000) local(ms)
  // four for each day, and some more for each minute of the days around the two changes
  expect(asked.mock.calls.length).toBeLessThan(60_000)
  asked.mockRestore()
})
