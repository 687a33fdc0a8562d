/**
 * A server refuses a stage: its pod is not ready, or parks the one dataset that it concerns, and says why. Mended, the same pod comes right,
 * without a restart.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rightsFolder } from '../../infra/k8s-check/generate.ts'
import { kubectl } from '../../infra/k8s-local/command.ts'
import { namespace } from '../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { readKey } from '../../infra/local/secure/keys.ts'
import { say, seconds } from '../../infra/local/say.ts'
import { until } from '../support/until.ts'
import { createTopic, deleteTopic } from './topics.ts'

interface Refusal {
  readonly name: string
  /** One that is read at the start only is followed by a restart, which here always comes. */
  readonly cause: (settings: ClusterSettings) => Promise<unknown>
  readonly sentence: RegExp
  /** what concerns one dataset leaves the pod as ready as before */
  readonly isOfDataset?: boolean
  readonly mend: (settings: ClusterSettings) => Promise<unknown>
  /** when all is seen */
  readonly tidy?: (settings: ClusterSettings) => Promise<unknown>
}

const stage = 'cleaner'
const here = ['-n', namespace]
const dataset = 'seattle-weather'

const refusals: readonly Refusal[] = [
  {
    name: 'a wrong password of Kafka',
    cause: (settings) => changeSecret(settings, { 'kafka-password': 'wrong' }),
    sentence: /^Kafka at kafka:9092: SASL SCRAM SHA512 authentication failed/,
    mend: (settings) =>
      changeSecret(settings, { 'kafka-password': readKey(settings, stage, 'kafka-password') }),
  },
  {
    name: 'a wrong password of the registry',
    cause: (settings) => changeSecret(settings, { 'registry-password': 'wrong' }),
    sentence: /^schema registry at .*status 401: a page of HTML$/,
    mend: (settings) =>
      changeSecret(settings, { 'registry-password': readKey(settings, stage, 'registry-password') }),
  },
  {
    name: 'an authority that did not sign the certificates',
    cause: (settings) =>
      changeSecret(settings, { 'kafka-ca.crt': certificate(join(settings.config, 'ca.crt')) }),
    sentence: /^Kafka at kafka:9092: .*unable to verify the first certificate/,
    mend: (settings) =>
      changeSecret(settings, { 'kafka-ca.crt': certificate(join(settings.runDir, 'secure/tls/ca.crt')) }),
  },
  {
    name: 'a right that is missing',
    isOfDataset: true,
    cause: (settings) => giveRights(settings, (line) => !isReadOf(line, stage, `${dataset}.raw`)),
    sentence: new RegExp(`Kafka does not let .*Read.* the topic ${dataset}\\.raw`),
    mend: (settings) => giveRights(settings, () => true),
  },
  {
    name: 'a topic that is missing, and may not be made',
    isOfDataset: true,
    cause: async (settings) => {
      await setVariable(settings, 'KAFKA_CREATE_TOPICS=false')
      await deleteTopic(settings, `${dataset}.quarantine`)
    },
    sentence: new RegExp(`KAFKA_CREATE_TOPICS is false: ${dataset}\\.quarantine`),
    mend: (settings) => createTopic(settings, dataset, 'quarantine'),
    tidy: (settings) => setVariable(settings, 'KAFKA_CREATE_TOPICS-'),
  },
]

/** Resolves with a sentence for each that did not go as it should. */
export async function refuseAll(settings: ClusterSettings): Promise<string[]> {
  const faults: string[] = []
  for (const refusal of refusals) {
    try {
      await refuse(settings, refusal)
    } catch (error) {
      faults.push(`${refusal.name}: ${(error as Error).message}`)
    }
  }
  return faults
}

async function refuse(settings: ClusterSettings, refusal: Refusal): Promise<void> {
  const { name, cause, sentence, mend, tidy, isOfDataset } = refusal
  const state = isOfDataset ? `is ready without ${dataset}` : 'is not ready'
  const start = Date.now()
  await cause(settings)
  const others = (await pods(settings)).map((pod) => pod.name)
  await kubectl(settings, [...here, 'rollout', 'restart', `deployment/${stage}`])
  const refused = () => refusedPod(settings, refusal, others)
  const pod = await until(`a pod that ${state} and says ${sentence}`, refused, patience)
  say('refused', `${name}: after ${seconds(start)} ${pod.name} ${state}: ${pod.said}`)
  const mended = Date.now()
  await mend(settings)
  const after = await until(`${pod.name} to be well`, () => wellPod(settings, pod.name), patience)
  if (after.restarts !== pod.restarts)
    throw new Error(`${pod.name} was restarted ${after.restarts - pod.restarts} times`)
  say('mended', `${name}: the same process is well ${seconds(mended)} after it was mended`)
  await tidy?.(settings)
  await until('every stage to be well', async () => allWell(settings), patience)
}

const patience = { seconds: 240, everyMs: 1000 }

interface Pod {
  readonly name: string
  readonly address: string | undefined
  readonly ready: boolean
  readonly restarts: number
}

async function pods(settings: ClusterSettings, label = `name=${stage}`): Promise<Pod[]> {
  const labelled = ['-l', `app.kubernetes.io/${label}`, '-o', 'json']
  const { items } = JSON.parse(await kubectl(settings, [...here, 'get', 'pods', ...labelled])) as {
    items: {
      metadata: { name: string; deletionTimestamp?: string }
      status: { podIP?: string; containerStatuses?: { ready: boolean; restartCount: number }[] }
    }[]
  }
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata: { name }, status: { podIP, containerStatuses: [one] = [] } }) => ({
      ...{ name, address: podIP, ready: one?.ready ?? false, restarts: one?.restartCount ?? 0 },
    }))
}

interface Health {
  readonly dependencies: Record<string, string>
  readonly waiting: Record<string, string>
  readonly parked: { reason: string }[]
}

/** Asked from this machine, which has an address on the bridge of the pods. Undefined while it does not listen. */
async function healthOf({ address }: Pod): Promise<Health | undefined> {
  const answer = await fetch(`http://${address}:9090/health/ready`).catch(() => undefined)
  return (await answer?.json()) as Health | undefined
}

/** Of what makes it not ready, or of what it leaves out. */
async function reasonsOf(pod: Pod, isOfDataset: boolean): Promise<string[]> {
  const health = await healthOf(pod)
  if (!health) return []
  return isOfDataset
    ? health.parked.map(({ reason }) => reason)
    : Object.values({ ...health.dependencies, ...health.waiting })
}

/** One that was started since, in the state that a refusal leads to, with what it says. */
async function refusedPod(
  settings: ClusterSettings,
  { sentence, isOfDataset = false }: Refusal,
  others: readonly string[],
) {
  for (const pod of await pods(settings)) {
    if (others.includes(pod.name) || pod.ready !== isOfDataset) continue
    const said = (await reasonsOf(pod, isOfDataset)).find((reason) => sentence.test(reason))
    if (said !== undefined) return { ...pod, said }
  }
  return undefined
}

async function wellPod(settings: ClusterSettings, wanted: string): Promise<Pod | undefined> {
  const pod = (await pods(settings)).find(({ name }) => name === wanted)
  return pod && (await isWell(pod)) ? pod : undefined
}

/** A refusal of one stage may have been one of others too. */
const allWell = async (settings: ClusterSettings) =>
  (await Promise.all((await pods(settings, 'component=stage')).map(isWell))).every(Boolean)

const isWell = async (pod: Pod) => pod.ready && (await healthOf(pod))?.parked.length === 0

const certificate = (file: string) => readFileSync(file, 'utf8')

const changeSecret = (settings: ClusterSettings, stringData: Record<string, string>) =>
  kubectl(settings, [...here, 'patch', 'secret', stage, '-p', JSON.stringify({ stringData })])

/** `NAME=value`, or `NAME-` to take it. Returns when the pods have it. */
async function setVariable(settings: ClusterSettings, variable: string): Promise<void> {
  await kubectl(settings, [...here, 'set', 'env', `deployment/${stage}`, variable])
  await kubectl(settings, [...here, 'rollout', 'status', `deployment/${stage}`, '--timeout=300s'])
}

const isReadOf = (line: string, program: string, topic: string) =>
  ['principal":"User:' + program, `name":"${topic}`, 'operation":"Read'].every((word) =>
    line.includes(`"${word}"`),
  )

/** Those of the overlay that pass. The last right of the file has no comma behind it, and is none of these. */
async function giveRights(settings: ClusterSettings, passes: (line: string) => boolean): Promise<void> {
  const file = readFileSync(join(settings.root, rightsFolder, 'kafka.json'), 'utf8')
  const data = { 'kafka.json': file.split('\n').filter(passes).join('\n') }
  await kubectl(settings, [...here, 'patch', 'configmap', 'rights', '-p', JSON.stringify({ data })])
}
