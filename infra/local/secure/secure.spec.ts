/** What SECURE=1 makes before a server starts, and the gate in front of the registry. */
import { spawn, type ChildProcess } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stageEnvironment } from '../environment.ts'
import { basicAuth } from '../probes/http.ts'
import { readSettings, type Settings } from '../settings.ts'
import { caFile, certificateOf, makeCertificates } from './certificates.ts'
import { holders, keyFile, makeKeys, readKey } from './keys.ts'

let settings: Settings
beforeEach(async () => {
  const RUN_DIR = mkdtempSync(join(tmpdir(), 'secure-'))
  settings = readSettings({ RUN_DIR, SECURE: '1' })
  await makeCertificates(settings, true)
  makeKeys(settings)
})
afterEach(() => rmSync(settings.runDir, { recursive: true }))

const rightsOf = (file: string) => statSync(file).mode & 0o777

describe('certificates', () => {
  it('are those of a server on loopback, signed by an authority whose key is gone', () => {
    const authority = new X509Certificate(readFileSync(caFile(settings)))
    const kafka = new X509Certificate(readFileSync(certificateOf(settings, 'kafka').cert))
    expect({
      signed: kafka.checkIssued(authority) && kafka.verify(authority.publicKey),
      authorities: [authority.ca, kafka.ca],
      here: kafka.checkIP('127.0.0.1'),
      elsewhere: kafka.checkIP('10.0.0.1'),
    }).toEqual({ signed: true, authorities: [true, false], here: '127.0.0.1', elsewhere: undefined })
    expect(existsSync(join(settings.runDir, 'secure/tls/ca.key'))).toBe(false)
  })

  it('are made anew where the making was cut off, whoever began it', async () => {
    const tls = join(settings.runDir, 'secure/tls')
    rmSync(certificateOf(settings, 'elasticsearch').cert)
    writeFileSync(join(tls, 'ca.key'), 'left behind')
    mkdirSync(`${tls}.making`)
    writeFileSync(join(`${tls}.making`, 'ca.crt'), 'half of it')
    await makeCertificates(settings, false)
    expect(new X509Certificate(readFileSync(certificateOf(settings, 'elasticsearch').cert)).ca).toBe(false)
    expect([`${tls}.making`, join(tls, 'ca.key')].filter((path) => existsSync(path))).toEqual([])
  })

  it('stay as they are until they end within a week, and then only when nothing runs', async () => {
    const authority = () => readFileSync(caFile(settings), 'utf8')
    const before = authority()
    const late = Date.now() + 25 * 24 * 3600_000
    await makeCertificates(settings, true)
    await makeCertificates(settings, false, late)
    expect(authority()).toBe(before)
    await makeCertificates(settings, true, late)
    expect(authority()).not.toBe(before)
  })
})

describe('secrets', () => {
  it('are readable for their owner alone', () => {
    const keys = globSync('secure/tls/*.{key,pem}', { cwd: settings.runDir })
    const files = [...keys, ...globSync('secure/keys/*/*', { cwd: settings.runDir })]
    expect(files.length).toBeGreaterThan(holders.length * 4)
    expect(new Set(files.map((file) => rightsOf(join(settings.runDir, file))))).toEqual(new Set([0o600]))
  })

  it('differ for each program and server, and stay', () => {
    const passwords = holders.map((holder) => readKey(settings, holder, 'kafka-password'))
    makeKeys(settings)
    expect(holders.map((holder) => readKey(settings, holder, 'kafka-password'))).toEqual(passwords)
    const registry = holders.map((holder) => readKey(settings, holder, 'registry-password'))
    expect(new Set([...passwords, ...registry]).size).toBe(2 * holders.length)
  })

  it('are named to a program as files, and only its own', () => {
    const env = stageEnvironment(settings, 'cleaner')
    const files = Object.entries(env).filter(([name]) => /(PASSWORD|_KEY)_FILE$/.test(name))
    expect(files.map(([, file]) => file)).toEqual(
      (
        [
          'kafka-password',
          'registry-password',
          'elasticsearch-password',
          's3-access-key',
          's3-secret-key',
        ] as const
      ).map((kind) => keyFile(settings, 'cleaner', kind)),
    )
    const secrets = holders.map((holder) => readKey(settings, holder, 's3-secret-key'))
    const said = JSON.stringify(env)
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([])
  })
})

describe('the gate of the registry', () => {
  let behind: Server
  let gate: ChildProcess
  let port = 0
  beforeEach(async () => {
    behind = createServer(({ url, headers }, answer) => answer.end(`${url} ${headers.authorization ?? ''}`))
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve))
    port = await freePort()
    const { cert, key } = certificateOf(settings, 'registry')
    gate = spawn(process.execPath, ['--conditions=@dsf/source', join(import.meta.dirname, 'gate.ts')], {
      env: {
        ...{ GATE_PORT: String(port), GATE_TO: String((behind.address() as AddressInfo).port) },
        ...{ GATE_CERT: cert, GATE_KEY: key, GATE_RUN_DIR: settings.runDir },
      },
      stdio: 'inherit',
    })
    await expect.poll(() => ask({}).catch(() => 0), { timeout: 20_000 }).not.toBe(0)
  })
  afterEach(() => {
    gate.kill()
    behind.close()
  })

  async function freePort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    return port
  }

  const ask = (headers: Record<string, string>) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const options = { port, path: '/subjects', headers, ca: readFileSync(caFile(settings)) }
      get({ host: '127.0.0.1', ...options }, (answer) => {
        const status = answer.statusCode!
        text(answer).then((body) => resolve({ status, body }), reject)
      }).on('error', reject)
    })

  it('lets in whoever says the password of now, and nobody else', async () => {
    const password = readKey(settings, 'cleaner', 'registry-password')
    // what lies behind is not told the password
    expect(await ask(basicAuth('cleaner', password))).toEqual({ status: 200, body: '/subjects ' })
    const others = [
      {},
      basicAuth('cleaner', 'wrong'),
      basicAuth('indexer', password),
      basicAuth('../keys/cleaner', password),
      { authorization: 'Basic' },
    ]
    for (const headers of others) expect((await ask(headers)).status).toBe(401)
    writeFileSync(keyFile(settings, 'cleaner', 'registry-password'), 'another\n')
    expect((await ask(basicAuth('cleaner', password))).status).toBe(401)
    expect((await ask(basicAuth('cleaner', 'another'))).status).toBe(200)
  })
})
