/** A server of SFTP whose files have no length, as RFC drafts allow and OpenSSH cannot be made to do. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'

export async function serveWithoutLength() {
  const host = ssh2.utils.generateKeyPairSync('ed25519')
  const key = ssh2.utils.parseKey(host.private)
  if (key instanceof Error) throw key
  const server = new ssh2.Server({ hostKeys: [host.private] }, (client) => {
    client.on('error', () => undefined)
    client.on('authentication', (context) => context.accept())
    client.on('session', (accept) =>
      accept().on('sftp', (open) => {
        const sftp = open()
        sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('a')))
        // a plain file, and nothing else of it
        sftp.on('FSTAT', (id) => sftp.attrs(id, { mode: 0o100644 } as ssh2.Attributes))
      }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const digest = createHash('sha256').update(key.getPublicSSH()).digest('base64')
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
