import kafkajs, { type Mechanism } from 'kafkajs'
import type { Tokens } from '../settings/oauth-token.ts'

/**
 * SASL OAUTHBEARER (RFC 7628, 3). The one that kafkajs brings takes every answer for a yes: a broker that refuses a token says so in
 * the bytes of an answer without an error, and means it only when it is asked once more.
 */
export function oauthMechanism(tokens: Tokens): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const token = await tokens.get()
        const say = (text: string) => saslAuthenticate({ request: messageOf(text), response: bytes })
        const refusal = await say(`n,,\x01auth=Bearer ${token}\x01\x01`).catch(refusalOf)
        if (!refusal) return
        tokens.forget(token)
        // ends the exchange; the broker's last word is the same refusal
        await say('\x01').catch(() => undefined)
        throw new kafkajs.KafkaJSNonRetriableError(`Kafka refuses our token: ${refusal.slice(0, 200)}`)
      },
    }),
  }
}

/** @throws the error when it says nothing about the token */
function refusalOf(error: unknown): string {
  const { type, message } = error as { type?: string; message: string }
  if (type === 'SASL_AUTHENTICATION_FAILED') return message
  throw error
}

/** kafkajs hands messages on with their length before them, and brings answers like that. */
const lengthBytes = 4

function messageOf(text: string) {
  const message = Buffer.alloc(lengthBytes + Buffer.byteLength(text))
  message.writeInt32BE(message.write(text, lengthBytes))
  return { encode: () => message }
}

const bytes = {
  decode: (raw: Buffer) => raw.subarray(lengthBytes),
  parse: (answer: Buffer) => answer.toString(),
}
