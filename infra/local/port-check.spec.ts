import { createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { requireFreePorts } from './port-check.ts'
import type { Service } from './servers/service.ts'

it('names the port, who needs it, who has it, and the way out', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const service = { name: 'kafka', ports: [port] } as unknown as Service
  const expected = new RegExp(
    `Port ${port} of 127.0.0.1, which kafka needs, is taken by pid ${process.pid}[^]*PORT_BASE=`,
  )
  await expect(requireFreePorts([service])).rejects.toThrow(expected)
  await new Promise((resolve) => server.close(resolve))
  await expect(requireFreePorts([service])).resolves.toBeUndefined()
})
