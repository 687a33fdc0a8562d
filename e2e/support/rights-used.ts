/** What uses the rights that an ordinary import has no need of: refused documents and odd records, and the index filled anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StageName } from '../../infra/local/servers/stages.ts'
import type { TopicKind } from '../../libs/dataset/src/index.ts'
import { addField, documentsOf, indexWithout } from './documents.ts'
import { reindex } from './reindex.ts'
import { dataset } from './rights.ts'
import { api, importSource } from './runs.ts'
import { filesDir } from './stack.ts'
import { openKafka } from './topics.ts'
import { until } from './until.ts'

export interface Use {
  /** until it works; `said` hears what it was refused with */
  act: (said: (line: string) => void) => Promise<unknown>
  /** that it came right, with an import behind it */
  check: () => Promise<unknown>
}

/** Makes ready what it needs, with all rights. */
type Prepare = () => Promise<Use>

let made = 0

const header =
  'time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,horizontalError,depthError,magError,magNst,status,locationSource,magSource'
const rowOf = (id: string) =>
  `2026-11-01T00:00:00.000Z,10,20,5,2,ml,,,,,us,${id},2026-11-01T01:00:00.000Z,"1km N of X, Chile",earthquake,,,,9,reviewed,us,us`

/** A row whose document the index has refused, and would take now. Returns its key. */
async function refusedDocument(): Promise<string> {
  const id = `torn-${++made}-${Date.now()}`
  const file = join(filesDir, `${id}.csv`)
  writeFileSync(file, `${header}\n${rowOf(id)}\n`)
  await indexWithout(dataset, 'magNst')
  const run = await importSource(dataset, `file://${file}`).finally(() => addField(dataset, 'magNst', 'long'))
  // with it the event that the generator may have made of it
  if (!run.counters['refused']) throw new Error(`no document was refused: ${JSON.stringify(run.counters)}`)
  return id
}

const replayed: Prepare = async () => {
  const id = await refusedDocument()
  const url = `${api.url}/v1/quarantine/${dataset}/replays`
  const headers = { 'content-type': 'application/json' }
  const replay = async (said: (line: string) => void) => {
    const answer = await fetch(url, { method: 'POST', headers, body: '{"stage":"indexer"}' })
    if (!answer.ok) said(await answer.text())
    return answer.ok
  }
  return {
    act: (said) => until('the replay to be taken', () => replay(said), { seconds: 150 }),
    check: () => until(`the document ${id}`, async () => (await documentsOf(dataset)).has(id)),
  }
}

/** Refused by a stage, as nobody can read it. */
const oddRecord =
  (kind: TopicKind, stage: StageName): Prepare =>
  async () => {
    const before = await undecodable(stage)
    return {
      act: () => put(`${dataset}.${kind}`, `nothing that a schema has, ${++made}`),
      check: () =>
        until('the record in quarantine, once', async () => (await undecodable(stage)) === before + 1),
    }
  }

async function put(topic: string, value: string): Promise<void> {
  const producer = openKafka().producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value }] })
  await producer.disconnect()
}

interface Counts {
  counts: { stage: string; code: string; open: number }[]
  complete: boolean
}

async function undecodable(stage: StageName): Promise<number> {
  const { counts } = await until('the quarantine to be counted', async () => {
    const answer = (await (await fetch(`${api.url}/v1/quarantine/${dataset}`)).json()) as Counts
    return answer.complete && answer
  })
  return counts.find((count) => count.stage === stage && count.code === 'undecodable')?.open ?? 0
}

/** A command beside the stage, with its keys. */
const filledAnew: Prepare = async () => {
  const fill = async (said: (line: string) => void) => {
    const { ended, errors } = reindex(dataset)
    const code = await ended
    errors.forEach(said)
    return code === 0
  }
  return {
    act: (said) => until('the index to be filled', () => fill(said), { seconds: 150 }),
    check: async () => undefined,
  }
}

/** By the title of a case. */
export const uses: ReadonlyMap<string, Prepare> = new Map([
  [`ingestor without Read of topic ${dataset}.objects`, replayed],
  [`ingestor without Write of topic ${dataset}.objects`, replayed],
  [`generator without Write of topic ${dataset}.quarantine`, oddRecord('clean', 'generator')],
  [`sink-minio without Write of topic ${dataset}.quarantine`, oddRecord('enriched', 'sink-minio')],
  [`indexer without Write of topic ${dataset}.quarantine`, oddRecord('objects', 'indexer')],
  ['indexer without read of its indices', filledAnew],
])
