import { join } from 'node:path'
import { loadDataset, namesOf } from '@dsf/dataset'
import { expect, it } from 'vitest'
import { openInputs } from './lane-input.ts'
import type { StageKit } from '../batches/stage-kit.ts'

const dataset = loadDataset(join(import.meta.dirname, '../../../../datasets/earthquakes'))
const kit = {
  stage: { name: 'sink', reads: ['clean', 'enriched', 'profile'] },
  serde: { inputDecoder: () => ({}), receiptDecoder: () => ({}) },
  names: namesOf(),
} as unknown as StageKit

it('a lane has an input for each topic that has the lane, and none for a topic of fewer', () => {
  const kinds = (lane: number) => [...openInputs(kit, dataset, lane).keys()]
  expect(kinds(0)).toEqual(['clean', 'enriched', 'profile'])
  expect(kinds(1)).toEqual(['clean', 'enriched'])
})
