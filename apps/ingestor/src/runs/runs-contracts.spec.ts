import { expect, it } from 'vitest'
import { idempotency } from './runs-contracts.ts'

it.each(['', ' ', '\t \u00a0'])(
  'the idempotency key %j is refused: all requests that have it by mistake would be one run',
  (key) => {
    expect(idempotency.safeParse({ 'idempotency-key': key }).error?.issues[0]?.message).toMatch(
      /^is empty; leave it out/,
    )
  },
)

it('an idempotency key may be left out, or name the request', () => {
  for (const headers of [{}, { 'idempotency-key': 'hour 7' }])
    expect(idempotency.parse(headers)).toEqual(headers)
})
