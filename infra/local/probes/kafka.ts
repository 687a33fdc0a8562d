/**
 * Asks a broker for the cluster's metadata. A broker accepts connections some time before it can create topics: it can when it names
 * itself and a controller. By hand because that is 40 lines, and this folder wants to run before `npm ci` has.
 * Protocol: https://kafka.apache.org/protocol.html, Metadata version 6, which Kafka 3.9 and 4.1 both speak.
 */
import { exchange } from './tcp.ts'

const metadataKey = 3
const metadataVersion = 6
const correlationId = 1

export function metadataRequest(): Buffer {
  const body = Buffer.alloc(15)
  body.writeInt16BE(metadataKey, 0)
  body.writeInt16BE(metadataVersion, 2)
  body.writeInt32BE(correlationId, 4)
  body.writeInt16BE(-1, 8) // no client id
  body.writeInt32BE(0, 10) // no topics
  body.writeInt8(0, 14) // create none
  return Buffer.concat([int32(body.length), body])
}

export interface ClusterState {
  readonly brokers: number
  readonly controller: number
}

export function parseMetadata(answer: Buffer): ClusterState {
  let at = 12 // size, correlation id, throttle time
  const brokers = answer.readInt32BE(at)
  at += 4
  for (let broker = 0; broker < brokers; broker++) {
    at = skipString(answer, at + 4) // node id, host
    at = skipString(answer, at + 4) // port, rack
  }
  at = skipString(answer, at) // cluster id
  return { brokers, controller: answer.readInt32BE(at) }
}

export async function brokerIsReady(port: number): Promise<void> {
  const answer = await exchange(port, metadataRequest(), isWhole)
  const { brokers, controller } = parseMetadata(answer)
  if (brokers < 1 || controller < 0)
    throw new Error(`the broker knows ${brokers} brokers and controller ${controller}`)
}

const isWhole = (answer: Buffer) => answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)

/** A length of -1 is null. */
const skipString = (answer: Buffer, at: number) => at + 2 + Math.max(0, answer.readInt16BE(at))

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
