import { TransientError, type Secret } from '@dsf/stage'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

/** Who lends keys, and for what. */
interface Lender {
  /** of the Security Token Service */
  url: string
  role: string
  /** what we are called in its log */
  session: string
  /** says who we are; it is renewed in its file */
  token: Secret
}

interface LentKeys {
  access: string
  secret: string
  session: string
}

/** Keys are lent anew when less than this is left of them: a request must get through. */
const leewayMs = 60_000
const answerWithinMs = 10_000
/** An answer has some 2,000 characters. */
const longestAnswer = 65_536

/**
 * Keys that AWS lends to who has a token of an issuer that it knows (AssumeRoleWithWebIdentity). They are used until shortly before they
 * expire, and who asks meanwhile waits for the same answer.
 * @throws TransientError, because a token is renewed and a role mended without us; it has the code that was answered
 */
export function keysOf(lender: Lender, now: () => number = Date.now): () => Promise<LentKeys> {
  let lent: { keys: Promise<LentKeys>; until: number } | undefined
  return () => {
    if (lent && now() < lent.until) return lent.keys
    const asked = ask(lender)
    const mine = { keys: asked.then(({ keys }) => keys), until: Infinity }
    lent = mine
    asked.then(
      ({ until }) => (mine.until = until - leewayMs),
      () => (mine.until = 0),
    )
    return mine.keys
  }
}

async function ask({ url, role, session, token }: Lender): Promise<{ keys: LentKeys; until: number }> {
  const word = token.read()
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' },
    ...{ RoleArn: role, RoleSessionName: session, WebIdentityToken: word },
  })
  const signal = AbortSignal.timeout(answerWithinMs)
  const answer = await fetch(url, { method: 'POST', body, signal, redirect: 'error' })
    .then(async (response) => ({
      status: response.status,
      document: parser.parse(await textOf(response)) as unknown,
    }))
    .catch((error: unknown) => {
      const { message, cause } = error as Error
      const reason = (cause as Error | undefined)?.message ?? message
      throw new TransientError(`${url} lends no keys for ${role}: ${reason}`, { cause: error })
    })
  const lent = lentKeys.safeParse(answer.document)
  if (answer.status === 200 && lent.success) return lent.data
  const reason = reasonIn(answer.document).replaceAll(word, '…')
  throw new TransientError(`${url} lends no keys for ${role}: ${answer.status} ${reason}`)
}

async function textOf({ body }: Response): Promise<string> {
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (text.length > longestAnswer) throw new Error(`its answer has more than ${longestAnswer} characters`)
  }
  return text
}

// a key may look like a number
const parser = new XMLParser({ parseTagValue: false })

const text = z.string().min(1)
const lentKeys = z
  .object({
    AssumeRoleWithWebIdentityResponse: z.object({
      AssumeRoleWithWebIdentityResult: z.object({
        Credentials: z.object({
          ...{ AccessKeyId: text, SecretAccessKey: text, SessionToken: text },
          Expiration: z.iso.datetime({ offset: true }),
        }),
      }),
    }),
  })
  .transform(({ AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: result } }) => {
    const {
      AccessKeyId: access,
      SecretAccessKey: secret,
      SessionToken: session,
      Expiration,
    } = result.Credentials
    return { keys: { access, secret, session }, until: Date.parse(Expiration) }
  })

const refusal = z.object({
  ErrorResponse: z.object({ Error: z.object({ Code: text, Message: z.string().default('') }) }),
})

/** What a person can do about a code that AWS answers. */
const ways: Record<string, string> = {
  AccessDenied: "the role's trust policy must name the issuer and the subject of our token",
  ExpiredTokenException: 'AWS_WEB_IDENTITY_TOKEN_FILE must be renewed, as the kubelet does',
  InvalidIdentityToken:
    'an identity provider of the account must know the issuer and the audience of our token',
}

const longestMessage = 300

function reasonIn(answer: unknown): string {
  const { data } = refusal.safeParse(answer)
  if (!data) return 'without keys, and without a code'
  const { Code: code, Message: message } = data.ErrorResponse.Error
  const way = ways[code]
  return `${code}: ${message.slice(0, longestMessage)}${way === undefined ? '' : ` (${way})`}`
}
