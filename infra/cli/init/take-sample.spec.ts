import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../testing/own-folder.ts'
import { initDataset } from './init-dataset.ts'
import { takeSample } from './take-sample.ts'

const { path: into, write } = ownFolder()

async function served<T>(listener: RequestListener, ask: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    return await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.csv?token=secret`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('the beginning of a file', () => {
  const bounds = { bytes: 100_000, seconds: 2 }

  it('is all that is taken of a long one', async () => {
    let sent = 0
    const endless: RequestListener = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('a,b\n'.repeat(5000))) sent += 20_000
      }
      response.on('drain', more)
      more()
    }
    const sample = await served(endless, (url) => takeSample(url, bounds))
    expect([sample.bytes.length, sample.isWhole]).toEqual([100_000, false])
    expect(sent).toBeLessThan(50_000_000)
  })

  it('is all that is decompressed of a bomb', async () => {
    const bomb = write('bomb.csv.gz', gzipSync(Buffer.alloc(200_000_000, 'a,b\n')))
    const { bytes, isWhole, compression } = await takeSample(bomb, bounds)
    expect([bytes.length, isWhole, compression]).toEqual([100_000, false, 'gzip'])
  })

  it('must come in time', async () => {
    const silent: RequestListener = (_, response) => void response.write('a,b\n')
    const asked = served(silent, (url) => takeSample(url, { ...bounds, seconds: 0.3 }))
    await expect(asked).rejects.toThrow('did not come within 0.3 s')
  })

  it('of a server that has none is told without what may be a secret', async () => {
    const none: RequestListener = (_, response) => void response.writeHead(404).end()
    const asked = served(none, (url) => takeSample(url, bounds))
    await expect(asked).rejects.toThrow(/feed\.csv\?… cannot be read: its server answers 404/)
  })

  it.each([
    [
      'a user',
      'http://bob:hunter2@127.0.0.1/x.csv',
      /http:\/\/…@127\.0\.0\.1\/x\.csv cannot be read: it has a user/,
    ],
    ['a port that is none', 'http://h:99999/x.csv?token=hunter2', /http:\/\/… cannot be read: it is no URL/],
    ['a password that is not escaped', 'http://bob:hun/hunter2@127.0.0.1/x.csv', /it is no URL/],
    ['a port that nobody asks', 'http://127.0.0.1:1/x.csv#hunter2', /x\.csv\?… cannot be read: fetch failed/],
  ])('of a URL with %s is told without what may be a secret', async (_, url, why) => {
    const told: unknown = await initDataset(url, { into, force: true }).catch((error: unknown) => error)
    expect(String(told)).toMatch(why)
    expect(String(told)).not.toContain('hunter2')
  })

  it('of a server that sends its client elsewhere is told without a secret of that place', async () => {
    const elsewhere: RequestListener = (_, response) =>
      void response.writeHead(302, { location: 'http://bob:hunter2@127.0.0.1:1/x.csv?token=hunter2' }).end()
    const told = await served(elsewhere, (url) => takeSample(url, bounds).catch(String))
    expect(told).toContain('cannot be read')
    expect(told).not.toContain('hunter2')
  })

  const packed = gzipSync(
    Buffer.from(Array.from({ length: 50_000 }, (_, i) => `${i},${i * 7919}\n`).join('')),
  )
  it.each<[what: string, then: (socket: ServerResponse) => void, why: string]>([
    ['hangs up', (response) => void response.destroy(), 'cannot be read: terminated'],
    ['falls silent', () => undefined, 'did not come within 1 s'],
  ])('in gzip of a server that %s is told as an error, and ends nothing else', async (_, then, why) => {
    const broken: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': packed.length })
      response.write(packed.subarray(0, 20_000), () => then(response))
    }
    const asked = served(broken, (url) => takeSample(url, { bytes: 10_000_000, seconds: 1 }))
    await expect(asked).rejects.toThrow(why)
  })
})
