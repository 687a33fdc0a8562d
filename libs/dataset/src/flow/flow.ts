import type { TopicKind } from '../records/topics.ts'

/** A stage's part of the way. */
export interface Way {
  reads: readonly TopicKind[]
  writes: readonly TopicKind[]
  /** where the receipt of a read topic goes on to; an empty list ends its way here */
  passes: Partial<Record<TopicKind, readonly TopicKind[]>>
  /** names the route in receipts that leave a read topic */
  routes?: Partial<Record<TopicKind, string>>
  /** only receipts of this route collect what the handler counts */
  countsInto?: string
}

/**
 * The way of everything, in the order of a row. What a stage is told of it, the lags, the routes of a run and the local
 * stack follow from here.
 */
export const flow = {
  ingestor: {
    reads: ['requests', 'receipts'],
    writes: ['requests', 'runs', 'raw', 'objects'],
    passes: {},
  },
  cleaner: {
    reads: ['raw'],
    writes: ['clean', 'seen', 'quarantine'],
    passes: { raw: ['clean', 'quarantine'] },
  },
  generator: {
    reads: ['clean'],
    writes: ['enriched'],
    passes: { clean: ['enriched'] },
  },
  'sink-minio': {
    reads: ['clean', 'enriched', 'quarantine', 'profile'],
    writes: ['objects', 'quarantine'],
    passes: { clean: ['objects'], enriched: ['objects'], profile: ['objects'] },
    routes: { clean: 'processed', enriched: 'lake', profile: 'profile' },
  },
  indexer: {
    reads: ['objects', 'runs'],
    writes: ['quarantine', 'receipts'],
    passes: { objects: [] },
    countsInto: 'lake',
  },
} as const satisfies Record<string, Way>

export type StageName = keyof typeof flow
const ways: [string, Way][] = Object.entries(flow)

/** Who reads what, by stage. */
export const readers: ReadonlyMap<string, readonly TopicKind[]> = new Map(
  ways.map(([stage, { reads }]) => [stage, reads]),
)

/** The routes on which receipts arrive at their end that began in a topic. */
export function routesFrom(kind: TopicKind, route = ''): string[] {
  return ways.flatMap(([, { passes, routes }]) => {
    const on = routes?.[kind] ?? route
    const next = passes[kind]
    return next?.length === 0 ? [on] : (next ?? []).flatMap((to) => routesFrom(to, on))
  })
}
