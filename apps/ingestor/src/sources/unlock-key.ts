import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'

/** Of the thread: a public key, or a signature. */
export interface Answer {
  bytes?: Uint8Array
  problem?: string
}

export interface Wanted {
  data: Uint8Array
  hash: string | undefined
}

/**
 * A key with a passphrase. To open it takes half a second of a processor or more, as its owner chose, in which nothing else would be done: so it
 * lies open, and signs, in a thread of its own, until it is disposed of.
 */
export class UnlockedKey extends ssh2.BaseAgent implements BaseAgent, AsyncDisposable {
  readonly #worker: Worker
  #publicKey: Buffer = Buffer.alloc(0)

  private constructor(privateKey: string, passphrase: string) {
    super()
    this.#worker = new Worker(new URL(`./unlock-key-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: { privateKey, passphrase },
    })
  }

  /** @throws Error that says why the key cannot be opened */
  static async open(privateKey: string, passphrase: string): Promise<UnlockedKey> {
    const key = new UnlockedKey(privateKey, passphrase)
    try {
      key.#publicKey = await key.#answer()
      return key
    } catch (error) {
      await key[Symbol.asyncDispose]()
      throw error
    }
  }

  async #answer(): Promise<Buffer> {
    const [{ bytes, problem }] = (await once(this.#worker, 'message')) as [Answer]
    if (!bytes) throw new Error(problem)
    return Buffer.from(bytes)
  }

  getIdentities(done: IdentityCallback<Buffer>): void {
    done(undefined, [this.#publicKey])
  }

  sign(
    _: ParsedKey | Buffer | string,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const [hash, signed] = typeof options === 'function' ? [undefined, options] : [options.hash, done!]
    this.#worker.postMessage({ data, hash } satisfies Wanted)
    this.#answer().then(
      (signature) => signed(undefined, signature),
      (error: unknown) => signed(error as Error),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
