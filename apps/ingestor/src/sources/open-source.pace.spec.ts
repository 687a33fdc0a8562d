import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { csv, options, read, serve } from '../../testing/served-source.ts'
import { sourceFailure } from '../../testing/source-failure.ts'
import { openSource } from './open-source.ts'

describe('a source over http that takes its time', () => {
  it('gives up on a server that does not answer, or stops in the middle', async () => {
    const silent = await serve(() => undefined)
    expect(await sourceFailure(openSource(silent, options))).toEqual([
      `${silent}/ did not answer in time`,
      true,
    ])
    const stalling = await serve((_, response) => void response.writeHead(200).write('id,name\n'))
    expect(await sourceFailure(read(stalling))).toEqual([`${stalling}/ stopped sending`, true])
  })

  describe('that is slow', () => {
    const timeouts = { ...options.timeouts, second: 10 }
    const dripping = () =>
      serve((_, response) => {
        response.writeHead(200)
        const timer = setInterval(() => response.write('a'), 10)
        response.on('close', () => clearInterval(timer))
      })

    it('ends a run below its lowest rate, with the definition that allows it', async () => {
      const base = await dripping()
      const [sentence, transient] = await sourceFailure(
        read(base, { timeouts, pace: { maxSeconds: 1800, minBytesPerSecond: 1000 } }),
      )
      expect(sentence).toMatch(
        /sent \d+ bytes in 30 s, at least 30000 are expected; source.minBytesPerSecond of the definition allows fewer$/,
      )
      expect(transient).toBe(false)
    })

    it('ends a run when its time is over', async () => {
      const base = await dripping()
      expect(
        await sourceFailure(read(base, { timeouts, pace: { maxSeconds: 40, minBytesPerSecond: 0 } })),
      ).toEqual([`${base}/ was not whole after 40 s; source.maxSeconds of the definition allows more`, false])
    })

    it('may be, where its rate is enough', async () => {
      const base = await serve((_, response) => {
        response.write('a'.repeat(40))
        setTimeout(() => response.end('b'.repeat(40)), 350)
      })
      expect((await read(base, { timeouts, pace: { maxSeconds: 1800, minBytesPerSecond: 1 } })).length).toBe(
        80,
      )
    })
  })

  it('has all the time of a slow reader, once all of it has come', async () => {
    const base = await serve((_, response) => response.end(csv))
    const slow = { pace: { maxSeconds: 40, minBytesPerSecond: 1000 }, timeouts: { second: 5 } }
    const { stream } = await openSource(base, { ...options, ...slow })
    // until a source that drips was given up twice over
    const dripping = await serve((_, response) => void response.writeHead(200).write('id,name\n'))
    await sourceFailure(read(dripping, { ...slow, timeouts: { second: 10 } }))
    expect(await buffer(stream)).toEqual(csv)
  })

  it('does not take a slow reader for a silent or a slow server', async () => {
    const big = Buffer.alloc(5_000_000, 'a')
    const base = await serve((_, response) => response.end(big))
    const slow = { pace: { maxSeconds: 1800, minBytesPerSecond: 100_000 }, timeouts: { second: 5 } }
    const { stream } = await openSource(base, { ...options, ...slow, maxBytes: 1e7 })
    // until a server that is silent as long was given up
    const stalling = await serve((_, response) => void response.writeHead(200).write('id,name\n'))
    expect(await sourceFailure(read(stalling))).toEqual([`${stalling}/ stopped sending`, true])
    expect((await buffer(stream)).length).toBe(big.length)
  })

  it('can be stopped, before and while reading', async () => {
    const base = await serve((_, response) => void response.writeHead(200).write('id,name\n'))
    expect((await sourceFailure(openSource(base, { ...options, signal: AbortSignal.abort() })))[0]).toBe(
      `reading ${base}/ was stopped`,
    )
    const stop = new AbortController()
    const { stream } = await openSource(base, { ...options, signal: stop.signal })
    setTimeout(() => stop.abort(), 20)
    expect((await sourceFailure(buffer(stream)))[0]).toBe(`reading ${base}/ was stopped`)
  })

  it('closes the connection when the reader stops early', async () => {
    let closed = false
    const base = await serve((request, response) => {
      request.socket.once('close', () => (closed = true))
      response.write('id,name\n')
    })
    const { stream } = await openSource(base, { ...options, timeouts: { idle: 60_000 } })
    stream.destroy()
    await expect.poll(() => closed).toBe(true)
  })
})
