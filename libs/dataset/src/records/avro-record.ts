import type { Dataset } from '../definition/dataset.ts'

/** Avro schemas as JSON, without an Avro library: the stages compile them, `schemas/*.avsc` keep them for review. */
export type AvroSchema = { type: 'record'; name: string; namespace: string; doc: string; fields: AvroField[] }
export interface AvroField {
  name: string
  type: unknown
  default?: unknown
  doc?: string
}

export const nullable = (name: string, type: unknown, doc?: string): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  doc,
})

export function record(dataset: Dataset, name: string, doc: string, fields: AvroField[]): AvroSchema {
  return { type: 'record', name, namespace: `dsf.${dataset.name.replaceAll('-', '_')}`, doc, fields }
}
