import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificates, served } from '../../testing/certificates.ts'
import { LiveAgent, liveTls } from './tls.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
const certificates = makeCertificates(folder)
const ca = join(folder, 'live.pem')
const server = createServer(served(certificates), (_, response) => response.end('answer'))
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const ask = (agent: LiveAgent) =>
  new Promise<string>((resolve) => {
    const { port } = server.address() as AddressInfo
    get({ host: '127.0.0.1', port, agent }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('end', () => resolve(text))
    }).on('error', ({ message }) => resolve(message))
  })

describe('an agent with files', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'takes no session of %s for a certificate: whom its file no longer knows is refused',
    async (maxVersion) => {
      // each request is a connection
      const agent = new LiveAgent({ ca: ['A_CA_FILE', ca] }, { keepAlive: false, maxVersion })
      copyFileSync(certificates.ca, ca)
      expect([await ask(agent), await ask(agent)]).toEqual(['answer', 'answer'])
      copyFileSync(certificates.stranger, ca)
      expect(await ask(agent)).toMatch(/certificate/)
    },
  )
})

describe('the options of a connection', () => {
  it('are parsed once for as long as the files are the same, and take a bundle of all public authorities', () => {
    writeFileSync(ca, readFileSync(certificates.ca, 'utf8').repeat(300_000 / statSync(certificates.ca).size))
    const options = liveTls({ ca: ['A_CA_FILE', ca] })
    const first = { ...options }.secureContext
    expect({ ...options }.secureContext).toBe(first)
    copyFileSync(certificates.stranger, ca)
    expect({ ...options }.secureContext).not.toBe(first)
  })
})
