import { expect, test } from 'vitest'
import { feedWindow } from '../feed/feed-window.ts'
import type { Quake } from '../feed/quake.ts'
import { compare, faultsOf } from './compare.ts'
import type { Document } from './documents.ts'

const put = feedWindow(2).expected.newest
const documentOf = (quake: Quake, run = 'feed'): Document => ({
  _id: quake.id,
  _source: JSON.parse(
    JSON.stringify({ ...quake, dsf_run: run, dsf_version: quake.updated }, (_, value) => value ?? undefined),
  ) as Document['_source'],
})
const documents = [...put.values()].map((quake) => documentOf(quake))
const [first, ...rest] = documents as [Document, ...Document[]]
const faults = (found: Document[]) => faultsOf(compare(put, found, (run) => run === 'feed'))

test('what was put in, in its newest version, is all right', () => {
  expect(faults(documents)).toEqual([])
})

test('a document that is missing, old, changed, or out of nowhere is told', () => {
  const old = { ...first, _source: { ...first._source, dsf_version: 1 } }
  const changed = { ...first, _source: { ...first._source, place: 'elsewhere' } }
  expect(faults(rest)).toEqual(['1 of 1707 valid ids have no document'])
  expect(faults([old, ...rest])).toEqual(['1 documents do not have the newest version'])
  expect(faults([changed, ...rest])).toEqual(['1 documents differ from the event that was put in'])
  expect(faults([...documents, { ...first, _id: 'cibroken9' }])).toEqual([
    'nothing put in the documents cibroken9',
  ])
})

test('other imports are left out, and may have replaced documents of ours', () => {
  const foreign = { ...first, _source: { ...first._source, dsf_run: 'other', place: 'elsewhere' } }
  expect(faults([foreign, ...rest, { ...foreign, _id: 'new' }])).toEqual([])
})
