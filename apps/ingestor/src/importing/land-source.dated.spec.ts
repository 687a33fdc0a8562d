import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { landSource, type Landed } from './land-source.ts'
import type { Before } from './which-file.ts'
import { csv, folder, land, loaded, openStore, requested_at, sha256 } from '../../testing/land.ts'
import { SourceError } from '../source-error.ts'

describe('a source with a date in it', () => {
  const dated = `file://${folder}/{yyyy-MM-dd}.csv`
  const write = (day: string, bytes = csv) => writeFileSync(join(folder, `${day}.csv`), bytes)
  const placeOf = (day: string) => sha256(Buffer.from(`file://${folder}/${day}.csv`))
  const landDated = (before?: Before, dataset = loaded) =>
    land(openStore().store, dataset, undefined, before, dated)

  it('is the newest that is there', async () => {
    write('2026-11-20')
    write('2026-11-24')
    expect(await landDated()).toMatchObject({
      ...{ landing_bytes: csv.length, address: `file://${folder}/2026-11-24.csv` },
      redirected: placeOf('2026-11-24'),
    })
  })

  it('is not read again until a newer one is there, which is another file whatever it is like', async () => {
    vi.setSystemTime(Date.now() + 10_000)
    const { landing_bytes, landing_sha256, ...first } = (await landDated()) as Landed
    const before = { ...first, bytes: landing_bytes, sha256: landing_sha256 }
    expect(await landDated(before)).toMatchObject({ same: 'size and time', redirected: before.redirected })
    const elsewhere = { ...before, redirected: placeOf('2026-11-20'), sha256: 'another' }
    expect(await landDated(elsewhere)).toMatchObject({ landing_bytes })
    write('2026-11-26', Buffer.concat([csv, csv]))
    expect(await landDated(before)).toMatchObject({ address: `file://${folder}/2026-11-26.csv` })
  })

  const landMissing = (lookBack: number) => {
    const dataset = { ...loaded, source: { ...loaded.source, lookBack } }
    return land(openStore().store, dataset, undefined, undefined, `file://${folder}/x-{yyyyMMdd}`)
  }

  it('fails with a sentence when none is there, as far as it is looked for', async () => {
    const nothing = await landMissing(1)
    expect(nothing).toEqual(
      new SourceError(
        `file ${folder}/x-20261126 does not exist, nor is one of the 1 before it; source.lookBack of the definition looks for more`,
      ),
    )
  })

  it('says how to look for those before it, when it looked for none', async () => {
    const nothing = await landMissing(0)
    expect(nothing).toEqual(
      new SourceError(
        `file ${folder}/x-20261126 does not exist; source.lookBack of the definition looks for those before it`,
      ),
    )
  })

  it.each([
    ['answers each time that it has none, but slowly', 400],
    ['is silent', undefined],
  ])('is looked for no longer than source.maxSeconds, by a server that %s', async (_, answersAfter) => {
    const server = createServer((_, response) => {
      if (answersAfter !== undefined) setTimeout(() => response.writeHead(404).end(), answersAfter)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{yyyyMMdd}.csv`
    const reach = { allow: ['127.0.0.1/32'], roots: [] }
    vi.useRealTimers()
    const begun = performance.now()
    const landed = landSource(
      openStore().store,
      { ...loaded, source: { ...loaded.source, maxSeconds: 1, lookBack: 300 } },
      { run: 'r', source, requested_at },
      reach,
      () => undefined,
    )
    await expect(landed).rejects.toThrow(
      'to look for the newest file took 1 s; source.maxSeconds of the definition allows more',
    )
    expect(performance.now() - begun).toBeLessThan(5000)
    server.closeAllConnections()
    server.close()
  })

  it('does not take an older one when the newest cannot be read', async () => {
    mkdirSync(join(folder, 'y-20261126'))
    writeFileSync(join(folder, 'y-20261125'), csv)
    const failed = await land(
      openStore().store,
      loaded,
      undefined,
      undefined,
      `file://${folder}/y-{yyyyMMdd}`,
    )
    expect(failed).toEqual(new SourceError(`file ${folder}/y-20261126 is not a file`))
  })

  it('has the secrets of the definition, at the address that it becomes', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers['x-key']}`)
      response.writeHead(url!.startsWith('/20261125') ? 200 : 404).end(csv)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{yyyyMMdd}?key=\${secret:word}`
    writeFileSync(join(folder, 'word'), 'a&b')
    const source = { ...loaded.source, url, headers: { 'x-key': '${secret:word}' } }
    const reach = { allow: ['127.0.0.1/32'], roots: [], secrets: folder }
    vi.useRealTimers()
    const landed = landSource(
      openStore().store,
      { ...loaded, source },
      { run: 'r', source: url, requested_at },
      reach,
      () => undefined,
    )
    expect(await landed).toMatchObject({ address: url.replace('{yyyyMMdd}', '20261125') })
    expect(asked).toEqual(['/20261126?key=a%26b a&b', '/20261125?key=a%26b a&b'])
    server.close()
  })
})
