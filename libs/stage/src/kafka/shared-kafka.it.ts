/** A Kafka that is shared with others: names with a prefix, topics that somebody else makes, a password that changes. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { namesOf, topicsOf, topicSettings, type Dataset } from '@dsf/dataset'
import { afterEach, describe, expect, it } from 'vitest'
import { copier } from '../../../../e2e/support/copier.ts'
import { closeAll, freshName, newDataset, openFeeder, runTold } from '../../../../e2e/support/lanes.ts'
import { environment, runDir } from '../../../../e2e/support/stack.ts'
import { isReceipt, messagesOf, withAdmin } from '../../../../e2e/support/topics.ts'
import { until } from '../../../../e2e/support/until.ts'
import type { Health, Parked } from '../health/health.ts'

afterEach(closeAll)

const rowsIn = async (topic: string) =>
  (await messagesOf(topic)).filter((message) => !isReceipt(message)).length
const bodyOf = (health: Health) =>
  health.ready().body as { parked: Parked[]; waiting: Record<string, string> }

/** As whoever may make topics does, by what "dsf topics list" prints. */
const makeTopics = (dataset: Dataset) =>
  withAdmin((admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: topicsOf(dataset).map((spec) => ({
        topic: spec.topic,
        numPartitions: spec.partitions,
        configEntries: Object.entries(topicSettings(spec)).map(([name, value]) => ({ name, value })),
      })),
    }),
  )

describe('a Kafka that is shared', () => {
  it('has topics, groups and records of ours under the prefix, and nothing of ours beside it', async () => {
    const prefix = `${freshName()}.`
    const [dataset, stage] = [newDataset(1), copier()]
    const feeder = await openFeeder(dataset, 'raw', prefix)
    runTold({ KAFKA_PREFIX: prefix }, stage, dataset)
    await feeder.rows(0, [{ id: 'a', v: '1', run: 'r' }])
    const { topic, group } = namesOf(prefix)
    await until('the row behind the prefix', async () => (await rowsIn(topic(dataset.name, 'clean'))) === 1)
    const names = await withAdmin(async (admin) => [
      ...(await admin.listTopics()),
      ...(await admin.listGroups()).groups.map(({ groupId }) => groupId),
    ])
    expect(names).toEqual(expect.arrayContaining([topic(dataset.name, 'raw'), group(stage.name)]))
    const beside = names.filter(
      (name) => name.startsWith(dataset.name) || name.startsWith(`dsf.${stage.name}`),
    )
    expect(beside).toEqual([])
  })

  it('where a stage makes no topics parks a dataset with their names, and it starts once they are there', async () => {
    const [dataset, stage] = [newDataset(1), copier()]
    const { health } = runTold({ KAFKA_CREATE_TOPICS: 'false' }, stage, dataset)
    const parked = await until('the dataset to be parked', () => bodyOf(health).parked[0])
    expect(parked.reason).toContain(`${dataset.name}.raw, ${dataset.name}.clean, ${dataset.name}.quarantine`)
    expect(parked.reason).toContain('dsf topics list')
    expect(await withAdmin((admin) => admin.listTopics())).not.toContain(`${dataset.name}.raw`)
    await makeTopics(dataset)
    const feeder = await openFeeder(dataset)
    await feeder.rows(0, [{ id: 'a', v: '1', run: 'r' }])
    await until('the row', async () => (await rowsIn(`${dataset.name}.clean`)) === 1, { seconds: 40 })
  })

  it.runIf(environment['KAFKA_SASL_PASSWORD_FILE'])(
    'that refuses a password is waited for with the reason, and lets us in once its file is right',
    async () => {
      const [dataset, stage] = [newDataset(1), copier()]
      const file = join(mkdtempSync(join(runDir, 'its', 'password-')), 'password')
      writeFileSync(file, 'wrong-hunter2')
      const { health } = runTold({ KAFKA_SASL_PASSWORD_FILE: file }, stage, dataset)
      const waits = () => bodyOf(health).waiting['start'] ?? ''
      const reason = await until('the refusal', () => /.*SASL.*failed.*/.exec(waits())?.[0])
      expect(reason).not.toContain('hunter2')
      writeFileSync(file, readFileSync(environment['KAFKA_SASL_PASSWORD_FILE']!))
      const feeder = await openFeeder(dataset)
      await feeder.rows(0, [{ id: 'a', v: '1', run: 'r' }])
      await until('the row', async () => (await rowsIn(`${dataset.name}.clean`)) === 1, { seconds: 40 })
    },
  )
})
