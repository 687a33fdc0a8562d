import type { Value } from '@dsf/dataset'

export type Row = Record<string, Value>
