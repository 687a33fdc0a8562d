/** Stands between the stages and a server, and makes it slow or overloaded: what a server on this machine never is. */
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import * as https from 'node:https'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Trouble {
  /** before each request is passed on */
  delayMs?: number
  /** of the answers, per second */
  bytesPerSecond?: number
  /** answers in the server's place */
  refuse?: (asked: IncomingMessage) => { status: number; body: string } | undefined
  /** changes a request's body */
  alter?: (asked: IncomingMessage, body: string) => string
  /** changes a JSON answer */
  rewrite?: (asked: IncomingMessage, body: string) => string
}

export interface Proxy {
  url: string
  trouble: Trouble
  close: () => Promise<void>
}

/** What it shows to who comes by TLS. */
export interface Shown {
  cert: Buffer
  key: Buffer
}

/**
 * Passes requests on as they are, the Host header too: it is a part of what S3 signs. To a server behind TLS it comes by TLS, and so do
 * those that come to it, who see the certificate `shown`.
 */
export async function openProxy(port: number, target: string, shown?: Shown): Promise<Proxy> {
  const serve = (asked: IncomingMessage, answer: ServerResponse) => {
    pass(asked, answer).catch(() => answer.destroy())
  }
  const server = shown ? https.createServer(shown, serve) : createServer(serve)
  const ask = shown ? https.request : request
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const proxy: Proxy = {
    url: `${shown ? 'https' : 'http'}://127.0.0.1:${port}`,
    trouble: {},
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { delayMs, refuse, alter } = proxy.trouble
    if (delayMs) await sleep(delayMs)
    const refused = refuse?.(asked)
    if (refused) {
      asked.resume()
      answer.writeHead(refused.status, { 'content-type': 'application/json', ...product }).end(refused.body)
      return
    }
    const { method, headers, url: path } = asked
    const altered = alter && Buffer.from(alter(asked, (await buffer(asked)).toString()))
    const length = altered ? { 'content-length': altered.length } : {}
    const forwarded = ask(target, { method, headers: { ...headers, ...length }, path, setHost: false })
    forwarded.on('error', () => answer.destroy())
    asked.on('error', () => forwarded.destroy())
    if (altered) forwarded.end(altered)
    else asked.pipe(forwarded)
    const [response] = (await once(forwarded, 'response')) as [IncomingMessage]
    await relay(asked, response, answer)
  }

  async function relay(asked: IncomingMessage, response: IncomingMessage, answer: ServerResponse) {
    const { bytesPerSecond, rewrite } = proxy.trouble
    if (rewrite) {
      const body = rewrite(asked, (await buffer(response)).toString())
      answer.writeHead(response.statusCode!, {
        ...response.headers,
        'content-length': Buffer.byteLength(body),
      })
      answer.end(body)
      return
    }
    answer.writeHead(response.statusCode!, response.headers)
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (bytesPerSecond) await sleep((chunk.length / bytesPerSecond) * 1000)
      if (!answer.write(chunk)) await once(answer, 'drain')
    }
    answer.end()
  }
  return proxy
}

/** Without it Elasticsearch's client takes the server for another product. */
const product = { 'x-elastic-product': 'Elasticsearch' }
