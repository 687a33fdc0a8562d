/**
 * Stands in front of the schema registry: TLS, and a password for each program. The registry's own distribution asks for
 * an OAuth server before it asks anybody for a password. What lies behind it listens on loopback.
 */
import { timingSafeEqual, hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { holders, readKey, userOf } from './keys.ts'

const variable = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

const behind = Number(variable('GATE_TO'))
const place = { runDir: variable('GATE_RUN_DIR') }
const options = { cert: readFileSync(variable('GATE_CERT')), key: readFileSync(variable('GATE_KEY')) }

/** Passwords are read at each request: a changed one holds at once. */
function isKnown({ headers }: IncomingMessage): boolean {
  const [scheme, encoded = ''] = (headers.authorization ?? '').split(' ')
  const [name, ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  const holder = holders.find((one) => userOf(one) === name)
  if (scheme !== 'Basic' || holder === undefined) return false
  return same(password.join(':'), readKey(place, holder, 'registry-password'))
}

const same = (given: string, wanted: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'))

function refuse(answer: ServerResponse): void {
  const body = JSON.stringify({ error_code: 40101, message: 'Unauthorized' })
  answer.writeHead(401, { 'www-authenticate': 'Basic realm="registry"', 'content-type': 'application/json' })
  answer.end(body)
}

function pass(asked: IncomingMessage, answer: ServerResponse): void {
  const { method, url: path, headers: all } = asked
  const { authorization: _, ...headers } = all
  const forwarded = request({ host: '127.0.0.1', port: behind, method, path, headers }, (response) => {
    answer.writeHead(response.statusCode!, response.headers)
    pipeline(response, answer).catch(() => undefined)
  })
  forwarded.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502)
    answer.end()
  })
  pipeline(asked, forwarded).catch(() => undefined)
}

const server = createServer(options, (asked, answer) =>
  isKnown(asked) ? pass(asked, answer) : refuse(answer),
)
server.listen(Number(variable('GATE_PORT')), '127.0.0.1')
process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
