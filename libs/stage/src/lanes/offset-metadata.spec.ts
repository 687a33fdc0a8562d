import { describe, expect, it } from 'vitest'
import { fromMetadata, toMetadata } from './offset-metadata.ts'

describe('the counters of an open run', () => {
  it.each([[{}], [{ clean: 3, duplicate: 0, 'quarantined:type': 2 }]])(
    'come back from the metadata of an offset: %j',
    (counted) => {
      expect(fromMetadata(toMetadata({ counted, owner: 'me' }))).toEqual({ counted, owner: 'me' })
    },
  )

  it.each([[null], [undefined], ['']])('are none where no metadata was committed: %j', (metadata) => {
    expect(fromMetadata(metadata)).toEqual({ counted: {} })
  })
})
