import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { topicName, type Dataset } from '@dsf/dataset'
import { AssignerProtocol } from 'kafkajs'
import { afterEach, describe, expect, it } from 'vitest'
import { copied, copier } from '../../../../e2e/support/copier.ts'
import { closeAll, newDataset, openFeeder, registryUrl, runTransport } from '../../../../e2e/support/lanes.ts'
import { decode, isReceipt, messagesOf, withAdmin } from '../../../../e2e/support/topics.ts'
import { until } from '../../../../e2e/support/until.ts'
import type { Batch, Stage } from '../batches/define.ts'
import { maxBatchBytes } from '../kafka/kafka.ts'
import { receiptHeaders } from '../batches/receipts.ts'
import { Serde } from '../kafka/serde.ts'
import { largestRecord } from '../batches/too-large.ts'

afterEach(closeAll)

const rowsOf = (run: string, count: number, lane = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `${run}-${lane}-${i}`, v: String(i), run }))

async function written(dataset: Dataset, kind: 'clean' | 'quarantine') {
  const messages = await messagesOf(topicName(dataset.name, kind))
  const decoded = await Promise.all(
    messages.map(async (message) => ({ receipt: isReceipt(message), record: await decode(message.value!) })),
  )
  return {
    rows: decoded.filter(({ receipt }) => !receipt).map(({ record }) => record),
    receipts: decoded.filter(({ receipt }) => receipt).map(({ record }) => record),
  }
}

describe('a record that cannot be decoded', () => {
  it('goes to quarantine with its bytes and the reason, and the lane goes on', async () => {
    const dataset = newDataset(1)
    const feeder = await openFeeder(dataset)
    const serde = new Serde(registryUrl)
    await serde.register(dataset, ['raw', 'quarantine'])
    const whole = Buffer.from(
      serde.encoder(dataset, 'raw').encode({ dsf_run: 'r', dsf_row: 1, id: 'x', v: '1' }),
    )
    const stranger = Buffer.from(
      serde.encoder(dataset, 'quarantine').encode({
        dsf_run: 'r',
        dsf_row: 1,
        stage: 's',
        reasons: [],
        content: 'csv',
        bytes: Buffer.from('x'),
      }),
    )
    const poison: [Buffer, RegExp][] = [
      [Buffer.from('{"id": "json"}'), /framing/],
      [Buffer.alloc(0), /framing/],
      [whole.subarray(0, -1), /cut short/],
      [Buffer.concat([whole, Buffer.from('!')]), /1 bytes too many/],
      [Buffer.from('\0\x7f\xff\xff\xff no such schema', 'latin1'), /schema/],
      [stranger, /schema/],
    ]
    await feeder.rows(0, rowsOf('r', 2))
    for (const [bytes] of poison) await feeder.bytes(0, bytes)
    await feeder.bytes(0, Buffer.from('no receipt'), receiptHeaders)
    await feeder.rows(0, rowsOf('s', 2))
    await feeder.receipt(0, 's', { read: 4 })
    const { fatal } = runTransport(copier(), dataset)
    const { rows, receipts } = await until('the receipt', async () => {
      const found = await Promise.race([written(dataset, 'clean'), fatal])
      if (found instanceof Error) return found as never
      return found.receipts.length > 0 && found
    })
    expect(rows.map(({ id }) => id)).toEqual([...rowsOf('r', 2), ...rowsOf('s', 2)].map(({ id }) => id))
    expect(receipts).toMatchObject([
      { run: 's', counters: { read: 4, clean: 4, undecodable: poison.length + 1 } },
    ])
    const quarantine = await written(dataset, 'quarantine')
    expect(quarantine.rows.map(({ bytes }) => Buffer.from(bytes))).toEqual([
      ...poison.map(([bytes]) => bytes),
      Buffer.from('no receipt'),
    ])
    expect(quarantine.rows.map(({ reasons }) => reasons[0].code)).toEqual(
      quarantine.rows.map(() => 'undecodable'),
    )
    poison.forEach(([, reason], i) => expect(quarantine.rows[i].reasons[0].message).toMatch(reason))
  })
})

describe('a lane that goes from one process to another in the middle of runs', () => {
  it('passes each receipt once, with everything that both have counted', async () => {
    const dataset = newDataset(2)
    const feeder = await openFeeder(dataset)
    const stage = copier(() => sleep(20))
    const runs = Array.from({ length: 30 }, (_, i) => `run${i}`)
    const feeding = (async () => {
      for (const run of runs)
        for (const part of [0, 1, 2])
          for (const lane of [0, 1]) {
            await feeder.rows(
              lane,
              rowsOf(`${run}.${part}`, 10, lane).map((row) => ({ ...row, run })),
            )
            if (part === 2) await feeder.receipt(lane, run, { read: 30 })
          }
    })()
    const receipts = async () => (await written(dataset, 'clean')).receipts
    const first = runTransport(stage, dataset)
    await until('some receipts', async () => (await receipts()).length > 4)
    runTransport(stage, dataset)
    await until('more receipts', async () => (await receipts()).length > 16)
    await first.close()
    await feeding
    await until('all receipts', async () => (await receipts()).length >= 2 * runs.length)
    const found = await written(dataset, 'clean')
    const expected = runs.flatMap((run) => [0, 1].map((lane) => `${run} lane ${lane}: read 30, clean 30`))
    expect(
      found.receipts
        .map(
          ({ run, lane, counters }) => `${run} lane ${lane}: read ${counters.read}, clean ${counters.clean}`,
        )
        .sort(),
    ).toEqual(expected.sort())
    expect(found.rows.length).toBe(runs.length * 60)
    expect(new Set(found.rows.map(({ id }) => id)).size).toBe(found.rows.length)
  })
})

describe('rows that grow in a handler', () => {
  /** Key and value of a clean record whose id has so many bytes; its other fields and the framing are these. */
  const around = 40
  const sizes: Record<string, number> = {
    small: 10,
    'just fits': Math.floor((largestRecord - around) / 2),
    'too large': maxBatchBytes,
    'far too large': 3 * maxBatchBytes,
  }
  const grower = (): Stage => ({
    ...copier(),
    handle: (batch: Batch) => {
      const records = batch.records.map((record) => ({
        ...record,
        id: String(record['id']).padEnd(sizes[String(record['id'])] ?? 10, '.'),
      }))
      const { out, counts } = copied({ ...batch, records, keys: records.map(({ id }) => Buffer.from(id)) })
      return { out, counts: { ...counts, duplicate: 0, quarantined: 0 } }
    },
  })

  it('are refused when no topic takes them, counted, and cost no other row', async () => {
    const dataset = newDataset(1)
    const feeder = await openFeeder(dataset)
    const names = ['small', 'too large', 'just fits', 'far too large', 'last']
    await feeder.rows(
      0,
      names.map((id) => ({ id, v: '1', run: 'r' })),
    )
    await feeder.receipt(0, 'r', { read: 5 })
    const { fatal } = runTransport(grower(), dataset)
    const { rows, receipts } = await until('the receipt', async () => {
      const found = await Promise.race([written(dataset, 'clean'), fatal])
      if (found instanceof Error) return found as never
      return found.receipts.length > 0 && found
    })
    expect(rows.map(({ id }) => id.replace(/\.*$/, ''))).toEqual(['small', 'just fits', 'last'])
    expect(receipts).toMatchObject([
      { counters: { read: 5, clean: 3, duplicate: 0, quarantined: 2, 'quarantined:too-large': 2 } },
    ])
    const refused = (await written(dataset, 'quarantine')).rows
    expect(refused.map(({ dsf_row, reasons }) => [dsf_row, reasons[0].code])).toEqual([
      [2, 'too-large'],
      [4, 'too-large'],
    ])
    expect(refused.map(({ bytes }) => String(bytes).slice(0, 60))).toEqual([
      expect.stringContaining('"dsf_row":2'),
      expect.stringContaining('"dsf_row":4'),
    ])
  })
})

/** How many lanes each member of a group has; undefined while they are shared out. */
async function sharesOf(groupId: string): Promise<number[] | undefined> {
  const { groups } = await withAdmin((admin) => admin.describeGroups([groupId]))
  const [group] = groups
  if (group?.state !== 'Stable') return undefined
  return group.members
    .map(({ memberAssignment }) => AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment)
    .map((assignment) => Object.values(assignment).flat().length)
    .sort()
}

describe('two members of a group', () => {
  const sharedOut = (stage: Stage, expected: number[]) =>
    expect.poll(() => sharesOf(`dsf.${stage.name}`), { timeout: 20_000, interval: 200 }).toEqual(expected)

  it('share the lanes evenly', async () => {
    const [stage, datasets] = [copier(), [newDataset(2), newDataset(2)]]
    runTransport(stage, ...datasets)
    runTransport(stage, ...datasets)
    await sharedOut(stage, [2, 2])
  })

  it('leave those that use one thing to one of them, from when their definitions say so', async () => {
    const stage: Stage = {
      ...copier(),
      shares: ({ fields }) => (fields.length > 2 ? 'one server' : undefined),
    }
    const one = newDataset(2)
    const other = newDataset(2, [], undefined, {}, dirname(one.folder))
    runTransport(stage, one)
    runTransport(stage, one)
    await sharedOut(stage, [2, 2])
    for (const { name } of [one, other])
      newDataset(2, [{ name: 'mag', type: 'number' }], name, {}, dirname(one.folder))
    await sharedOut(stage, [0, 4])
  })
})
