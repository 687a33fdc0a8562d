/** All ports of a stack, as distances from PORT_BASE, so that a second stack can run beside the first. */
import { StackError } from './errors.ts'

const offsets = {
  s3: 0,
  s3Console: 1,
  seaweedMaster: 10,
  seaweedMasterGrpc: 11,
  seaweedVolume: 12,
  seaweedVolumeGrpc: 13,
  seaweedFiler: 14,
  seaweedFilerGrpc: 15,
  seaweedS3Grpc: 16,
  feed: 80,
  registry: 81,
  // of SECURE=1: what the gate before it asks
  registryBehind: 82,
  kafka: 92,
  kafkaController: 93,
  // of SECURE=1: among brokers, and for the operator
  kafkaInternal: 94,
  // of BROKERS=3
  kafka2: 95,
  kafka2Internal: 96,
  kafka3: 97,
  kafka3Internal: 98,
  zookeeper: 181,
  elasticsearch: 200,
  elasticsearchTransport: 201,
  // an API
  ingestor: 301,
  // health and metrics
  'csv-profile': 311,
  trends: 312,
  'ingestor-health': 321,
  'cleaner-health': 322,
  'generator-health': 323,
  'sink-minio-health': 324,
  'indexer-health': 325,
  airflow: 380,
} as const

export type PortName = keyof typeof offsets
export type Ports = Readonly<Record<PortName, number>>

export const defaultPortBase = 19000
const lowestBase = 1024
/** Linux hands out ports from 32768 on to outgoing connections: one of them could sit on ours at the wrong moment. */
const highestBase = 32_767 - Math.max(...Object.values(offsets))

export function portsFrom(base: number): Ports {
  const ports = Object.entries(offsets).map(([name, offset]) => [name, base + offset])
  return Object.fromEntries(ports) as Ports
}

export function parsePortBase(text: string): number {
  const base = Number(text)
  if (Number.isInteger(base) && base >= lowestBase && base <= highestBase) return base
  throw new StackError(
    `PORT_BASE=${text} cannot be used: choose a whole number from ${lowestBase} to ${highestBase}, for example PORT_BASE=20000.`,
  )
}

/** Of the first `count` brokers: for clients, and among each other. */
export const brokerPorts = (ports: Ports, count: number) =>
  [
    { port: ports.kafka, internalPort: ports.kafkaInternal },
    { port: ports.kafka2, internalPort: ports.kafka2Internal },
    { port: ports.kafka3, internalPort: ports.kafka3Internal },
  ].slice(0, count)
