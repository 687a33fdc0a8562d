/** Stands in the connections to a server, whatever they speak, and cuts them or holds them up. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  url: string
  /** how many there have been */
  connections: () => number
  /** ends those that are open */
  cut: () => void
  /** nothing passes through those that are open, for ever */
  hold: () => void
  /** says to those who are connected that nothing more comes, and goes on to listen */
  finish: () => void
  close: () => Promise<void>
}

export async function openProxy(target: string): Promise<Proxy> {
  const { hostname, port, protocol } = new URL(target)
  const open = new Set<Socket>()
  const clients = new Set<Socket>()
  let count = 0
  const server = createServer({ allowHalfOpen: true }, (client) => {
    count++
    clients.add(client)
    const behind = connect(Number(port), hostname)
    for (const [side, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(side)
      side.pipe(other)
      side
        .on('error', () => undefined)
        .once('close', () => {
          open.delete(side)
          clients.delete(side)
          other.destroy()
        })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => open.forEach((side) => side.destroy())
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => count,
    cut,
    hold: () => open.forEach((side) => side.unpipe().pause()),
    finish: () => {
      open.forEach((side) => side.unpipe().pause())
      clients.forEach((client) => client.end())
    },
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
