import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** A file of the package kafkajs, which it does not export: patches/kafkajs+2.2.4.patch is held to what it does (docs/adr/0004). */
export const inside = <T>(path: string): T => load(`kafkajs/src/${path}`) as T
