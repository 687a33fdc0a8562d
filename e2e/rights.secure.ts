/** With any single right of a stage taken away, it says which it lacks; given back, everything comes right. Needs SECURE=1. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeQuakes } from '../bench/generate-quakes.ts'
import { stageNames, type StageName } from '../infra/local/servers/stages.ts'
import { rightsOf, type KafkaRight } from '../libs/dataset/src/flow/rights.ts'
import { startRun, endOf, unanswered } from './support/runs.ts'
import {
  begin,
  dataset,
  end,
  firstWith,
  give,
  isReady,
  runs,
  saidBy,
  whole,
  type Server,
} from './support/rights.ts'
import { uses } from './support/rights-used.ts'
import { filesDir } from './support/stack.ts'
import { until } from './support/until.ts'

interface Case {
  title: string
  stage: StageName
  server: Server
  /** everything but the right */
  without: typeof whole
  /** what its sentence must name */
  words: RegExp[]
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Whoever may read or write something may also know that it is there: Kafka gives that with the other. */
const implied = ({ operations }: KafkaRight, operation: string) =>
  operation === 'Describe' && operations.length > 1

/** Some calls need one of two rights. Who tidies up says "us" of itself. */
const deniedSentence = ({ resource, name }: KafkaRight, operation: string) =>
  new RegExp(
    String.raw`Kafka does not let \S+ (\w+ or )?${operation}( or \w+)? the ${resource.replace('-', ' ')} \S*${escaped(name)}`,
  )

function kafkaCases(stage: StageName): Case[] {
  const wanted = rightsOf(stage, { datasets: [dataset] }).kafka
  return wanted.flatMap((right) =>
    right.operations
      .filter((operation) => !implied(right, operation))
      .map((operation): Case => {
        const less = (granted: KafkaRight): KafkaRight =>
          granted.resource === right.resource && granted.name === right.name
            ? { ...granted, operations: granted.operations.filter((other) => other !== operation) }
            : granted
        const kafka = new Map(whole.kafka).set(stage, whole.kafka.get(stage)!.map(less))
        return {
          title: `${stage} without ${operation} of ${right.resource} ${right.name}`,
          ...{ stage, server: 'kafka', without: { ...whole, kafka } },
          words: [deniedSentence(right, operation)],
        }
      }),
  )
}

interface Policy {
  Version: string
  Statement: { Action: string[]; Resource: string[] }[]
}

/** What a sentence of the store calls an action. `undefined`: asked only to say more about a refusal, so nobody misses it. */
const calls: Record<string, RegExp | undefined> = {
  's3:ListBucket': /look for bucket|list/,
  's3:GetObject': /get /,
  's3:PutObject': /put /,
}

function policyCases(stage: StageName): Case[] {
  const policy = whole.policies.get(stage) as Policy | undefined
  return (policy?.Statement ?? []).flatMap((statement, i): Case[] => {
    const missed = statement.Action.flatMap((action) => calls[action]?.source ?? [])
    if (missed.length === 0) return []
    const Statement = policy!.Statement.filter((_, other) => other !== i)
    const policies = new Map(whole.policies).set(stage, { ...policy!, Statement })
    return [
      {
        title: `${stage} without ${statement.Action.join(', ')} of ${statement.Resource.join(', ')}`,
        ...{ stage, server: 'policies', without: { ...whole, policies } },
        words: [/access ?denied|forbidden/i, new RegExp(missed.join('|'))],
      },
    ]
  })
}

function roleCases(stage: StageName): Case[] {
  const role = whole.roles.get(stage)
  if (!role) return []
  const lacking = (title: string, changed: typeof role, word: RegExp): Case => ({
    title: `${stage} without ${title}`,
    ...{ stage, server: 'roles', words: [/unauthorized/i, word] },
    without: { ...whole, roles: new Map(whole.roles).set(stage, changed) },
  })
  const of = (list: readonly string[], out: string) => list.filter((one) => one !== out)
  const cluster = role.cluster.map((one) =>
    lacking(`${one} of the cluster`, { ...role, cluster: of(role.cluster, one) }, new RegExp(one)),
  )
  const privileges = [...new Set(role.indices.flatMap((entry) => entry.privileges))]
  const indices = privileges.map((one) => {
    const changed = role.indices.map((entry) => ({ ...entry, privileges: of(entry.privileges, one) }))
    return lacking(`${one} of its indices`, { ...role, indices: changed }, new RegExp(one))
  })
  const [ours, others] = [true, false].map((own) => (name: string) => name.includes(dataset) === own)
  const alone = role.indices.flatMap(({ names, privileges }) => [
    { names: names.filter(ours!), privileges: of(privileges, 'write') },
    { names: names.filter(others!), privileges },
  ])
  // Elasticsearch then refuses each document, and not the request
  const one = lacking(`write of the index of ${dataset}`, { ...role, indices: alone }, /write/)
  return [...cluster, ...indices, one]
}

let imports = 0

/** Rows of their own, some of which are refused: every topic of the way gets something. Asked for until somebody takes it. */
async function importFresh(): Promise<string> {
  const seed = ++imports
  const file = join(filesDir, `rights-${seed}.csv`)
  await writeQuakes(file, { rows: 300, seed: seed * 7919, days: 1, broken: 0.03 })
  return until('the import to be taken', () => startRun(dataset, `file://${file}`, `rights-${seed}`), {
    seconds: 150,
  })
}

beforeAll(async () => {
  // makes the topics, with the rights to do so
  expect((await endOf(await importFresh())).state).toBe('succeeded')
  for (const server of ['kafka', 'policies', 'roles'] as const) await give(server, whole)
})

afterAll(async () => {
  for (const server of ['kafka', 'policies', 'roles'] as const) await give(server, whole)
})

const casesOf = (stage: StageName) => [...kafkaCases(stage), ...policyCases(stage), ...roleCases(stage)]

it('knows each right that needs more than an import', () => {
  const titles = stageNames.flatMap((stage) => casesOf(stage).map(({ title }) => title))
  expect([...uses.keys()].filter((title) => !titles.includes(title))).toEqual([])
})

describe.each(stageNames)('%s', (stage) => {
  // as a list, because only so its name is told in full
  const cases = casesOf(stage).map((one) => [one.title, one] as const)

  it.each(cases)('%s', async (title, { server, without, words }) => {
    const use = await uses.get(title)?.()
    await end(stage)
    await give(server, without)
    const answers: string[] = []
    const begun = begin(stage)
    const run = begun.then(() => use?.act((answer) => answers.push(answer))).then(importFresh)
    run.catch(() => undefined)
    const sentence = async () => (await saidBy(stage, words)) ?? firstWith(words, answers)
    // once it has begun it has a new log; given back whatever comes of it: what one case lacks is no other's
    const said = await begun
      .then(() => until('the sentence', sentence, { seconds: 40 }))
      .finally(() => give(server, whole))
    expect(said).toBeTruthy()
    await until(`${stage} to be ready again`, async () => {
      // as an orchestrator does
      if (!runs(stage)) await begin(stage)
      return isReady(stage)
    })
    const receipt = await endOf(await run)
    expect([receipt.state, unanswered(receipt)]).toEqual(['succeeded', []])
    await use?.check()
  })
})
