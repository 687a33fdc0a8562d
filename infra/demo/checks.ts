/** The documents against what was put in, computed on a way of its own. */
import { feedWindow } from '../feed/feed-window.ts'
import type { Settings } from '../local/settings.ts'
import { compare, faultsOf } from './compare.ts'
import type { Document, Documents } from './documents.ts'
import { findRun } from '../client/runs.ts'
import { apiOf } from '../local/run-client.ts'
import { count } from './receipt-text.ts'
import { print, rows, verdict } from './show.ts'
import { quakes, story, weather } from './story.ts'
import { COLUMNS } from '../feed/quake.ts'

export async function checkQuakes(settings: Settings, documents: Documents): Promise<string[]> {
  const measured = await documents.measured(quakes, ['dsf_run', 'dsf_version', ...COLUMNS])
  const feedRuns = await runsOfTheFeed(settings, measured)
  const found = compare(feedWindow(2).expected.newest, measured, (run) => feedRuns.has(run))
  const simulated = await documents.count(quakes, true)
  rows([
    [`alias ${quakes}`, ''],
    [
      '  simulated: false',
      count(measured.length),
      found.others > 0 ? `${count(found.others)} of other imports` : '',
    ],
    ['  simulated: true', count(simulated), simulated > 0 ? '' : 'the stack runs without SIMULATE=1'],
    [
      '  distinct valid ids of both windows',
      count(found.expected),
      'from the events, before they became CSV (infra/feed)',
    ],
  ])
  return verdict(
    `${count(found.found)} documents for ${count(found.expected)} valid ids, ${count(found.newest)} in their newest version, ` +
      `${count(found.equal)} equal in all ${COLUMNS.length} columns`,
    faultsOf(found),
  )
}

/** By the path of their source: a stack may have moved to other ports since. */
async function runsOfTheFeed(settings: Settings, documents: readonly Document[]): Promise<Set<string>> {
  const paths = story.filter(({ dataset }) => dataset === quakes).map(({ path }) => path)
  const runs = [...new Set(documents.map(({ _source }) => String(_source['dsf_run'])))]
  const answers = await Promise.all(runs.map((run) => findRun(apiOf(settings), run)))
  return new Set(runs.filter((_, i) => paths.includes(URL.parse(answers[i]?.source ?? '')?.pathname ?? '')))
}

/** A day has a row, and no row is broken: the first cells of the file are what must be there. */
export async function checkWeather(settings: Settings, documents: Documents): Promise<string[]> {
  const file = await fetch(`http://127.0.0.1:${settings.ports.feed}/seattle-weather.csv`)
  const days = new Set(
    (await file.text())
      .split('\n')
      .slice(1)
      .filter(Boolean)
      .map((line) => line.split(',')[0]),
  )
  const found = await documents.count(weather, false)
  print(`alias ${weather}`)
  return verdict(
    `${count(found)} documents for ${count(days.size)} days`,
    found === days.size ? [] : [`${found} documents, but ${days.size} days were put in`],
  )
}
