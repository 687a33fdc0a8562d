import type { TopicKind } from '@dsf/dataset'
import type { Gathered, Output } from '@dsf/stage'

export interface Gathering extends Gathered {
  out: Record<'raw' | 'quarantine', Output[]>
}

/** What a lane gives an import to gather its rows in: this one keeps them to be looked at. */
export function gathering(): Gathering {
  const out: Gathering['out'] = { raw: [], quarantine: [] }
  const add = async (kind: TopicKind, outputs: Output[]) => void out[kind as 'raw'].push(...outputs)
  return { out, add }
}
