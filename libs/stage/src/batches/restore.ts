import type { Dataset } from '@dsf/dataset'
import type { LaneState } from './define.ts'
import { readTopic } from './read-topic.ts'
import type { StageKit } from './stage-kit.ts'

/**
 * The state of a lane as its changelog tells it; undefined for a stage without state. The caller has fenced the lane's
 * old owner before, so the end of the changelog does not move any more.
 */
export async function restoreState(
  kit: StageKit,
  dataset: Dataset,
  lane: number,
): Promise<LaneState | undefined> {
  const { stage, serde, log } = kit
  if (!stage.state) return undefined
  const state = stage.state.create(dataset, lane)
  const topic = kit.names.topic(dataset.name, stage.state.changelog)
  const records = await readTopic(kit, {
    topic,
    lane,
    decoder: serde.decoder(dataset, stage.state.changelog),
    seen: (key, value) => state.restore(key, value),
    ended: (key) => state.restore(key, null),
    foreign: (place, reason) =>
      log.error({ topic, ...place, reason }, 'a record of the changelog is not ours and is left out'),
  })
  state.commit()
  log.info({ dataset: dataset.name, lane, records }, 'state restored')
  return state
}
