/** What the demo imports, in order, and what each import must count. */
import { feedWindow } from '../feed/feed-window.ts'
import type { Run } from '../client/runs.ts'

export interface Chapter {
  readonly dataset: string
  readonly path: string
  readonly title: string
  /** started by Airflow, as every hour, where there is one; else by HTTP like the others */
  readonly scheduled?: true
  /** sentences about a receipt that does not count what was put in; `fresh`: nothing was imported before the demo */
  readonly faults: (receipt: Run, fresh: boolean) => string[]
}

export const quakes = 'earthquakes'
export const weather = 'seattle-weather'

export const story: readonly Chapter[] = [
  {
    dataset: quakes,
    path: '/earthquakes/window-1.csv',
    title: 'Window 1 of the feed: one week of real earthquakes',
    faults: windowFaults(1),
  },
  {
    dataset: quakes,
    path: '/earthquakes/window-2.csv',
    title: 'Window 2, some hours later: new quakes, repeated ones, newer and older versions, broken rows',
    faults: windowFaults(2),
  },
  {
    dataset: weather,
    path: '/seattle-weather.csv',
    title: 'Another dataset, without a line of code: the weather in Seattle',
    faults: () => [],
  },
  {
    dataset: quakes,
    path: '/earthquakes/window-2.csv',
    title: 'Window 2 again, as the hourly batch: the same rows add nothing',
    scheduled: true,
    faults: (receipt) => counted(receipt, { ...put(2), clean: 0, stored: 0, indexed: 0 }),
  },
]

function windowFaults(n: 1 | 2): Chapter['faults'] {
  return (receipt, fresh) =>
    counted(receipt, { ...put(n), ...(fresh ? { clean: feedWindow(n).expected.clean } : {}) })
}

/** Rows are refused on every import; what is a duplicate depends on what was imported before. */
function put(n: 1 | 2) {
  const { rows, brokenRows } = feedWindow(n).expected
  return { read: rows, quarantined: brokenRows.length }
}

function counted({ counters }: Run, expected: Record<string, number>): string[] {
  return Object.entries(expected)
    .filter(([name, value]) => counters[name] !== value)
    .map(([name, value]) => `${name} is ${counters[name]}, but ${value} was put in`)
}
