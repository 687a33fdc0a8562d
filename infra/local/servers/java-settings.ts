/** Configuration files of the Java servers. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'

/**
 * A local stack lives for minutes: what the second compiler makes faster is over before it has compiled it. In a demo it took more
 * than half of the processor's time of Elasticsearch (27 s, without it 12) and of Kafka (16 s and 8). For a load that lasts (the benchmarks) `JIT=full` has it.
 */
export const compilers = ({ env }: Settings): string[] =>
  env['JIT'] === 'full' ? [] : ['-XX:TieredStopAtLevel=1']

export type Properties = Readonly<Record<string, string | number | boolean>>

/** Writes `<folder>/<name>` and returns its path. */
export function writeProperties(folder: string, name: string, properties: Properties): string {
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, lines.join(''))
  return file
}

/** Kafka 3.9 and ZooKeeper log through log4j 1. */
export const log4j1: Properties = {
  'log4j.rootLogger': 'INFO, stdout',
  'log4j.appender.stdout': 'org.apache.log4j.ConsoleAppender',
  'log4j.appender.stdout.layout': 'org.apache.log4j.PatternLayout',
  'log4j.appender.stdout.layout.ConversionPattern': '%d{ISO8601} %p %c %m%n',
}

/** Kafka 4 logs through log4j 2. */
export const log4j2: Properties = {
  'rootLogger.level': 'INFO',
  'rootLogger.appenderRef.stdout.ref': 'stdout',
  'appender.stdout.type': 'Console',
  'appender.stdout.name': 'stdout',
  'appender.stdout.layout.type': 'PatternLayout',
  'appender.stdout.layout.pattern': '%d{ISO8601} %p %c %m%n',
}
