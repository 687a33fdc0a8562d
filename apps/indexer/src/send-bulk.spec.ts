import { TransientError } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import type { BulkAnswer } from './bulk-answer.ts'
import { sendBulk } from './send-bulk.ts'

const rows = ['a', 'b', 'c'].map((id) => ({ id }))
const body = { body: rows.map(({ id }) => `{"index":{"_id":"${id}"}}\n{"id":"${id}"}\n`).join(''), rows }

/** Takes the documents of a request that are not busy in its round; each request is noted by the ids in it. */
function indexOf(...busyIn: string[]) {
  const asked: string[] = []
  const request = async (items: string): Promise<BulkAnswer> => {
    const busy = busyIn[asked.length] ?? ''
    const ids = [...items.matchAll(/"_id":"(\w)"/g)].map(([, id]) => id!)
    asked.push(ids.join(''))
    const error = { type: 'es_rejected_execution_exception', reason: `${busy} of the queue` }
    return {
      items: ids.map((id) => ({ index: busy.includes(id) ? { status: 429, error } : { status: 201 } })),
    }
  }
  return { asked, request }
}

describe('a bulk request', () => {
  it('is sent again in what the server was too busy for, and its rows keep their places', async () => {
    const { asked, request } = indexOf('ac', 'c')
    expect(await sendBulk(request, body, { waitMs: 1 })).toEqual({
      ...{ fates: ['created', 'created', 'created'], refused: [], retry: [] },
    })
    expect(asked).toEqual(['abc', 'ac', 'c'])
  })

  it('of rows that are refused already is not sent', async () => {
    const { asked, request } = indexOf()
    expect(await sendBulk(request, { body: '', rows: rows.slice(1), refused: 'no key' })).toEqual({
      fates: [undefined, undefined],
      refused: [
        { at: 0, reason: 'no key' },
        { at: 1, reason: 'no key' },
      ],
      retry: [],
    })
    expect(asked).toEqual([])
  })

  it('that waits for its next try ends at once when the stage stops', async () => {
    const { asked, request } = indexOf('c')
    const stop = new AbortController()
    const stopping = async (items: string) => {
      const answer = await request(items)
      setImmediate(() => stop.abort())
      return answer
    }
    const sent = sendBulk(stopping, body, { signal: stop.signal, waitMs: 600_000 })
    await expect(sent).rejects.toThrow('aborted')
    expect(asked).toEqual(['abc'])
  })

  it('is given up by the lane after some tries', async () => {
    const { asked, request } = indexOf(...Array<string>(9).fill('b'))
    const sent = sendBulk(request, body, { waitMs: 1 })
    await expect(sent).rejects.toThrow(TransientError)
    await expect(sent).rejects.toThrow(
      'did not take 1 of 3 documents in 6 tries: es_rejected_execution_exception: b of the queue',
    )
    expect(asked).toHaveLength(6)
  })
})
