/** The feed: plays the remote server whose CSV changes every hour. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loopback } from '../environment.ts'
import { nodeProgram } from '../install/node.ts'
import { answersOk } from '../probes/http.ts'
import type { Settings } from '../settings.ts'
import type { Service } from './service.ts'

export function feed(settings: Settings): Service[] {
  const port = settings.ports.feed
  const address = `http://${loopback}:${port}`
  const program = join(settings.root, 'infra/feed/server.ts')
  if (!existsSync(program)) return []
  return [
    {
      name: 'feed',
      needs: [],
      address,
      ports: [port],
      install: async () => undefined,
      ready: () => answersOk(`${address}/health`),
      command: () => ({
        program: nodeProgram(settings),
        args: [program],
        env: { FEED_PORT: String(port) },
        cwd: settings.root,
      }),
    },
  ]
}
