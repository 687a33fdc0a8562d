import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { commands, type Options } from './commands.ts'

afterEach(() => void vi.restoreAllMocks())

it('a replay is waited for as long as the ingestor may look for its rows', async () => {
  const server = createServer((_, response) => response.end('{}'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  const options: Options = { dry: false, timeout: '900', dryRun: true, force: false, wait: false }
  await commands['quarantine replay']!.run({ url }, ['quakes'], options)
  expect(timeout).toHaveBeenCalledWith(90_000)
  server.close()
})
