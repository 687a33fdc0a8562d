/** How the probes fail; how they succeed, every start of a stack shows. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { brokerIsReady } from './kafka.ts'
import { storeIsReady } from './s3.ts'
import { zookeeperIsReady } from './zookeeper.ts'

const probes = {
  kafka: (port: number) => brokerIsReady({ secure: false, runDir: '' }, { port, internalPort: port }),
  s3: (port: number) =>
    storeIsReady({
      endpoint: `http://127.0.0.1:${port}`,
      accessKey: 'key',
      secretKey: 'secret',
      bucket: 'dsf',
    }),
  zookeeper: zookeeperIsReady,
}

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  sockets.splice(0).forEach((socket) => socket.destroy())
  servers.splice(0).forEach((server) => server.close())
})

async function listen(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    answer(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const closedPort = async (): Promise<number> => {
  const port = await listen(() => undefined)
  await new Promise((resolve) => servers.pop()!.close(resolve))
  return port
}

/** Why each probe failed, without a word of a client on the terminal. */
async function reasonsOf(port: number): Promise<Record<string, string>> {
  const said = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error'), vi.spyOn(console, 'log')]
  const reasons = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => [
      name,
      await probe(port).then(
        () => 'none',
        (error: unknown) => (error as Error).message,
      ),
    ]),
  )
  expect(said.flatMap(({ mock }) => mock.calls)).toEqual([])
  vi.restoreAllMocks()
  return Object.fromEntries(reasons)
}

// the clients take a while to load on a busy machine
describe('a probe', { timeout: 30_000 }, () => {
  it('says that nobody listens', async () => {
    const refused = expect.stringMatching(/ECONNREFUSED/)
    expect(await reasonsOf(await closedPort())).toEqual({ kafka: refused, s3: refused, zookeeper: refused })
  })

  it('gives up on a server that accepts and says nothing', async () => {
    expect(await reasonsOf(await listen(() => undefined))).toEqual({
      kafka: expect.stringMatching(/timed out/),
      s3: expect.stringMatching(/did not answer/),
      zookeeper: expect.stringMatching(/does not answer/),
    })
  })

  it('does not take nonsense for an answer', async () => {
    const busy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'
    const port = await listen((socket) => socket.end(busy))
    const odd = expect.stringMatching(/503/)
    expect(await reasonsOf(port)).toEqual({
      kafka: expect.not.stringMatching(/^none$/),
      s3: odd,
      zookeeper: odd,
    })
  })
})
