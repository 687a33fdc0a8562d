/** Who alerts are sent to: a real HTTP receiver in place of Slack, and a real SMTP server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { pythonOf } from '../../infra/local/python.ts'
import { settings } from './stack.ts'

export interface Receiver<T> {
  readonly port: number
  /** In the order in which they came. */
  readonly messages: T[]
  close(): Promise<void>
}

export interface SlackMessage {
  path: string
  text: string
}

export interface Mail {
  from: string
  to: string[]
  subject: string
  text: string
}

export async function startSlack(): Promise<Receiver<SlackMessage>> {
  const messages: SlackMessage[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      messages.push({ path: request.url!, ...(JSON.parse(body) as { text: string }) })
      response.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.close()
    server.closeAllConnections()
  }
  return { port: (server.address() as AddressInfo).port, messages, close }
}

export async function startMailbox(): Promise<Receiver<Mail>> {
  const { program, env } = await pythonOf(settings, 'airflow')
  const child = spawn(program, [join(import.meta.dirname, 'mail_server.py')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const [first] = (await once(lines, 'line')) as [string]
  const messages: Mail[] = []
  lines.on('line', (line) => messages.push(JSON.parse(line) as Mail))
  const close = async () => {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
  return { port: (JSON.parse(first) as { port: number }).port, messages, close }
}
