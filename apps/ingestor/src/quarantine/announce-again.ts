import type { Dataset } from '@dsf/dataset'
import type { Runtime } from '@dsf/stage'

/** The indexer reads the objects once more; what is in the index already stays as it is. */
export async function announceAgain(runtime: Runtime, dataset: Dataset, keys: string[]): Promise<void> {
  if (keys.length === 0) return
  const objects = new Set(keys)
  const found = new Map<string, { lane: number; value: Record<string, unknown> }>()
  await runtime.read(dataset, 'objects', await runtime.ends(dataset, 'objects'), (key, value, { lane }) => {
    if (objects.has(key)) found.set(key, { lane, value })
  })
  for (const [key, { lane, value }] of found)
    await runtime.send(dataset, 'objects', { key, lane, value: { ...value, route: 'replay' } })
}
