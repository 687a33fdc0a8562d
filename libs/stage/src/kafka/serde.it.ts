import { describe, expect, it } from 'vitest'
import { freshName, newDataset, registryUrl } from '../../../../e2e/support/lanes.ts'
import { DatasetError, TransientError } from '../health/failure.ts'
import { Serde } from './serde.ts'

const magnitude = (type: string, more: object = {}) => ({ name: 'mag', type, ...more })

/** Two definitions of one dataset, as before and after somebody edited it. */
async function twoVersions(before: object[], after: object[]) {
  const name = freshName()
  const [old, edited] = [newDataset(1, before, name), newDataset(1, after, name)]
  const oldSerde = new Serde(registryUrl)
  await oldSerde.register(old, ['clean'])
  const newSerde = new Serde(registryUrl)
  return { old, edited, oldSerde, newSerde }
}

const record = { dsf_run: 'r', dsf_row: 1, dsf_version: 7, id: 'a', v: 7 }

describe('a changed definition', () => {
  it('with another type for a column is refused, with the reason of the registry', async () => {
    const { edited, newSerde } = await twoVersions([magnitude('number')], [magnitude('boolean')])
    const refusal = newSerde.register(edited, ['clean'])
    await expect(refusal).rejects.toThrow(DatasetError)
    await expect(refusal).rejects.toThrow(
      new RegExp(`refused the schema of ${edited.name}.clean-value: .*ncompatib`),
    )
  })

  it('with a new column that every row must have is refused: no old row has it', async () => {
    const { edited, newSerde } = await twoVersions(
      [],
      [magnitude('number', { constraints: { required: true } })],
    )
    await expect(newSerde.register(edited, ['clean'])).rejects.toThrow(/ncompatib/)
  })

  it('with a new column that may be missing is read by old readers and reads old records', async () => {
    const { old, edited, oldSerde, newSerde } = await twoVersions([], [magnitude('number')])
    await newSerde.register(edited, ['clean'])
    const [first, second] = [
      oldSerde.encoder(old, 'clean').encode(record),
      newSerde.encoder(edited, 'clean').encode({ ...record, mag: 4.5 }),
    ]
    const [oldReader, newReader] = [oldSerde.decoder(old, 'clean'), newSerde.decoder(edited, 'clean')]
    for (const reader of [oldReader, newReader]) await reader.prepare([first, second])
    expect([first, second].map((value) => ({ ...oldReader.decode(value) }))).toEqual([record, record])
    expect([first, second].map((value) => ({ ...newReader.decode(value) }))).toEqual([
      { ...record, mag: null },
      { ...record, mag: 4.5 },
    ])
  })

  it('with another name for a column refuses rows of before, in which it would be empty, and only looks at them', async () => {
    const named = magnitude('number', { 'x-dsf': { column: 'size' } })
    const { old, edited, oldSerde, newSerde } = await twoVersions([magnitude('number')], [named])
    await newSerde.register(edited, ['clean'])
    const written = oldSerde.encoder(old, 'clean').encode({ ...record, mag: 4.5 })
    const [input, looking] = [newSerde.inputDecoder(edited, 'clean'), newSerde.decoder(edited, 'clean')]
    for (const reader of [input, looking]) await reader.prepare([written])
    expect(() => input.decode(written)).toThrow('was read into "mag", and the definition has "size" now')
    expect({ ...looking.decode(written) }).toEqual({ ...record, size: null })
  })

  it('that is no change has the id that it had', async () => {
    const { old, edited, oldSerde, newSerde } = await twoVersions(
      [magnitude('number')],
      [magnitude('number')],
    )
    await newSerde.register(edited, ['clean'])
    expect(newSerde.encoder(edited, 'clean').id).toBe(oldSerde.encoder(old, 'clean').id)
  })
})

describe('the registry', () => {
  it('is asked by many stages at once for the same new subjects, and each gets the same ids', async () => {
    for (let round = 0; round < 30; round++) {
      const dataset = newDataset(1)
      const serdes = Array.from({ length: 12 }, () => new Serde(registryUrl))
      await Promise.all(serdes.map((serde) => serde.register(dataset, ['raw', 'clean', 'quarantine'])))
      expect(new Set(serdes.map((serde) => serde.encoder(dataset, 'clean').id)).size).toBe(1)
    }
  })

  it('gets the rule of a subject that was registered without one', async () => {
    const dataset = newDataset(1)
    await new Serde(registryUrl).register(dataset, ['clean'])
    const rule = `${registryUrl}/config/${dataset.name}.clean-value`
    const headers = { 'content-type': 'application/json' }
    await fetch(rule, { method: 'PUT', headers, body: JSON.stringify({ compatibility: 'NONE' }) })
    await new Serde(registryUrl).register(dataset, ['clean'])
    expect(await (await fetch(rule)).json()).toMatchObject({ compatibilityLevel: 'BACKWARD' })
  })

  it('that is away is waited for', async () => {
    const away = new Serde('http://127.0.0.1:1')
    await expect(away.register(newDataset(1), ['raw'])).rejects.toThrow(TransientError)
  })
})
