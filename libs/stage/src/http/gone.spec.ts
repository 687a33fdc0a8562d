import createFastify from 'fastify'
import { expect, it, vi } from 'vitest'
import { goneOf } from './gone.ts'

it('who asks and does not wait for the answer is gone', async () => {
  const asked: AbortSignal[] = []
  const side = createFastify()
  side.get('/', (_, reply) => {
    asked.push(goneOf(reply))
    return new Promise(() => undefined)
  })
  const url = await side.listen({ host: '127.0.0.1', port: 0 })
  const leaving = new AbortController()
  const response = fetch(url, { signal: leaving.signal })
  await vi.waitFor(() => expect(asked[0]?.aborted).toBe(false))
  leaving.abort()
  await expect(response).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(asked[0]!.aborted).toBe(true))
  await side.close()
})
