import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { commands, type Options } from './commands.ts'

afterEach(() => void vi.restoreAllMocks())

/** An ingestor that answers every question with what is known of a path. */
async function answering(known: (path: string) => object) {
  const server = createServer(({ url }, response) => response.end(JSON.stringify(known(url!))))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const options: Options = { dry: false, timeout: '900', dryRun: false, force: false, wait: false }

it('a run that is waited for is printed with those that follow it, and one that failed is told of at the end', async () => {
  const runs: Record<string, object> = {
    a: { runId: 'a', state: 'succeeded', next: 'b' },
    b: { runId: 'b', state: 'failed', reason: '300 of 400 rows were refused', next: 'c' },
    c: { runId: 'c', state: 'succeeded' },
  }
  const { server, url } = await answering((path) => runs[/runs\/(\w+)/.exec(path)?.[1] ?? 'a']!)
  const answer = await commands['runs start']!.run({ url }, ['quakes'], { ...options, wait: true })
  const printed: unknown[] = []
  const print = async () => {
    for await (const run of answer as AsyncIterable<unknown>) printed.push(run)
  }
  await expect(print()).rejects.toThrow('run b failed: 300 of 400 rows were refused')
  expect(printed).toEqual([runs['a'], runs['c']])
  server.close()
})

it('a replay is waited for as long as the ingestor may look for its rows', async () => {
  const { server, url } = await answering(() => ({}))
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  await commands['quarantine replay']!.run({ url }, ['quakes'], { ...options, dryRun: true })
  expect(timeout).toHaveBeenCalledWith(90_000)
  server.close()
})

it.each(['count', 'list'])(
  'whatever is called a dataset stays its name, when %s asks for its refused rows',
  async (verb) => {
    const asked: string[] = []
    const { server, url } = await answering((path) => {
      asked.push(path)
      return { complete: true, counts: [], rows: [] }
    })
    await commands[`quarantine ${verb}`]!.run({ url }, ['../runs'], options)
    expect(asked.map((path) => path.split('?')[0]!.replace(/\/rows$/, ''))).toEqual([
      '/v1/quarantine/..%2Fruns',
    ])
    server.close()
  },
)
