import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'

export interface S3Target {
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly bucket: string
}

/**
 * Is the object store ready? It is when it has our bucket, keeps an object in it, and knows our keys. The bucket is made when it is
 * missing, so that no stage has to be the first. The caller repeats, so the client does not: it would say so on the terminal.
 */
export async function storeIsReady(target: S3Target): Promise<void> {
  const { Client } = await import('minio') // a command that asks no store does not wait for it to load
  const { hostname, port, protocol } = new URL(target.endpoint)
  const useSSL = protocol === 'https:'
  const { accessKey, secretKey, bucket } = target
  const transportAgent = useSSL ? new TlsAgent() : new Agent()
  const store = new Client({
    ...{ endPoint: hostname, port: Number(port), useSSL, region: 'us-east-1', pathStyle: true },
    ...{ accessKey, secretKey, transportAgent, retryOptions: { disableRetry: true } },
  })
  // the client has no limit of its own; ending its connections ends what it waits for
  const limit = AbortSignal.timeout(3_000)
  limit.addEventListener('abort', () => transportAgent.destroy())
  try {
    if (!(await store.bucketExists(bucket))) await store.makeBucket(bucket)
    await store.putObject(bucket, '.ready', '')
    await store.removeObject(bucket, '.ready')
  } catch (error) {
    throw limit.aborted ? new Error(`${target.endpoint} did not answer within 3 s`) : error
  } finally {
    transportAgent.destroy()
  }
}
