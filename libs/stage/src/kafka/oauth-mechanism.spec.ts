import type { AuthenticationProviderArgs, SaslAuthenticateArgs } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { inside } from '../../testing/inside-kafkajs.ts'
import { oauthMechanism } from './oauth-mechanism.ts'

const ownRequest = inside<
  (sasl: object, token: { value: string }) => Promise<{ encode: () => Promise<Buffer> }>
>('protocol/sasl/oauthBearer/request')
const { KafkaJSProtocolError } = inside<{ KafkaJSProtocolError: new (error: object) => Error }>('errors')

/** With a length before it, as kafkajs hands over what a broker says; a real one's first refusal is such bytes, too. */
const answer = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)])

/** Authenticates at a broker that answers like this. */
async function authenticate(answers: (() => Buffer)[]) {
  const sent: Buffer[] = []
  const forgotten: string[] = []
  const saslAuthenticate = async <T>({ request, response }: SaslAuthenticateArgs<T>) => {
    sent.push(await request.encode())
    return response!.parse(await response!.decode(answers[sent.length - 1]!()))
  }
  const { authenticationProvider } = oauthMechanism({
    get: async () => 'token',
    forget: (token) => void forgotten.push(token),
  })
  const args = { host: 'k', port: 1, saslAuthenticate } as unknown as AuthenticationProviderArgs
  const failed = await authenticationProvider(args)
    .authenticate()
    .then(
      () => undefined,
      (error: unknown) => error as Error,
    )
  return { sent, forgotten, failed }
}

const denied = () => {
  throw new KafkaJSProtocolError({ type: 'SASL_AUTHENTICATION_FAILED', code: 58, message: 'wrong realm' })
}
const cutOff = () => {
  throw new Error('connection closed')
}

describe('OAUTHBEARER', () => {
  it('says the token as kafkajs does, and an empty answer lets us in', async () => {
    const { sent, forgotten, failed } = await authenticate([() => answer('')])
    const own = await (await ownRequest({}, { value: 'token' })).encode()
    expect({ sent, forgotten, failed }).toEqual({ sent: [own], forgotten: [], failed: undefined })
  })

  it('takes a refusal in the bytes of an answer for what it is, and forgets the token', async () => {
    const { sent, forgotten, failed } = await authenticate([
      () => answer('{"status":"invalid_token"}'),
      denied,
    ])
    expect(forgotten).toEqual(['token'])
    expect(sent[1]).toEqual(answer('\x01'))
    expect(failed).toMatchObject({
      name: 'KafkaJSNonRetriableError',
      message: 'Kafka refuses our token: {"status":"invalid_token"}',
    })
  })

  it('takes an error for a refusal, too', async () => {
    const { forgotten, failed } = await authenticate([denied, denied])
    expect([forgotten, failed?.message]).toEqual([['token'], 'Kafka refuses our token: wrong realm'])
  })

  it('keeps the token when the connection breaks', async () => {
    const { forgotten, failed } = await authenticate([cutOff])
    expect([forgotten, failed?.message]).toEqual([[], 'connection closed'])
  })
})
