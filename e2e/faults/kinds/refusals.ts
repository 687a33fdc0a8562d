/** Documents that Elasticsearch refuses, and their way back in. */
import { committedOf, endsOf } from '../../support/topics.ts'
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
      // the receipt is there a moment before the transaction that brought the refused documents is committed
      await until('the indexer to have committed', allRead)
      const { url } = stages.instanceOf('ingestor')
      const answer = await fetch(`${url}/v1/quarantine/${dataset}/replays`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stage: 'indexer', run }),
      })
      if (answer.status !== 202) throw new Error(`the replay was answered ${answer.status}`)
      await until('the indexer to have read the objects again', allRead)
      return { hit: refused > 0, expect: { refused } }
    },
  },
]

/** The last offset of a lane may be the marker of a commit. */
async function allRead(): Promise<boolean> {
  const topic = `${dataset}.objects`
  const committed = await committedOf('indexer', topic)
  return (await endsOf(topic)).every((end, lane) => end - committed[lane]! <= 1)
}
