import type { Counters } from '@dsf/dataset'

/** What is known of an input beside its offset. */
export interface OffsetNote {
  /** counters of the run that is open in the lane */
  counted: Counters
  /** number of the record at the offset */
  records?: number
  /** mark of the last commit: no two have the same */
  owner?: string
}

/**
 * The note of an input travels in the metadata of its committed offset: it moves in the same transaction as the records
 * that were counted, and a stage that takes the lane over finds it there.
 */
export const toMetadata = (note: OffsetNote): string => JSON.stringify(note)

export function fromMetadata(metadata: string | null | undefined): OffsetNote {
  return metadata ? (JSON.parse(metadata) as OffsetNote) : { counted: {} }
}
