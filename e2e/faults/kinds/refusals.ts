/** Documents that Elasticsearch refuses, and their way back in. */
import { countDocuments } from '../../support/documents.ts'
import { until } from '../../support/until.ts'
import { dataset } from '../world.ts'
import type { Fault } from './fault.ts'

const isBulk = (path = '') => path.startsWith('/_bulk')

/** Spoils some documents on their way, so that the real server refuses them in the middle of a bulk request. */
function spoilt(body: string): string {
  const spoil = (line: string) => {
    const document = line && (JSON.parse(line) as { dsf_row?: number })
    return document && document.dsf_row! % 200 === 7 ? JSON.stringify({ ...document, depth: 'deep' }) : line
  }
  return body.split('\n').map(spoil).join('\n')
}

export const refusals: Fault[] = [
  {
    id: 'F14',
    title: 'Elasticsearch refuses some documents of a bulk, and takes them after a replay',
    inject: async ({ stages, index }, its) => {
      index.trouble = { alter: (asked, body) => (isBulk(asked.url) ? spoilt(body) : body) }
      const run = await its.begin()
      const { refused = 0 } = (await its.arrived()).counters
      index.trouble = {}
      const quarantine = `${stages.instanceOf('ingestor').api}/v1/quarantine/${dataset}`
      const keys = await refusedKeys(`${quarantine}/rows?stage=indexer&run=${run}`, refused)
      const answer = await fetch(`${quarantine}/replays`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stage: 'indexer', run }),
      })
      if (answer.status !== 202) throw new Error(`the replay was answered ${answer.status}`)
      const query = { ids: { values: keys } }
      await until('the documents', async () => (await countDocuments(dataset, query)) === refused)
      return { hit: refused > 0, expect: { refused } }
    },
  },
]

/** The receipt is there a moment before the transaction that brings the refused documents is committed. */
const refusedKeys = (url: string, refused: number): Promise<string[]> =>
  until('the refused documents in quarantine', async () => {
    const { rows } = (await (await fetch(url)).json()) as { rows: { key: string }[] }
    return rows.length === refused && rows.map(({ key }) => key)
  })
