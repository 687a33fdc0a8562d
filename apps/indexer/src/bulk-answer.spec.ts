import { DatasetError } from '@dsf/stage'
import { describe, expect, it } from 'vitest'
import { readBulkAnswer } from './bulk-answer.ts'

const item = (status: number, type?: string, reason?: string) => ({
  index: type === undefined ? { status } : { status, error: { type, reason } },
})
const conflict = (current: number, provided: number, id = 'us1') =>
  item(
    409,
    'version_conflict_engine_exception',
    `[${id}]: version conflict, current version [${current}] is higher or equal to the one provided [${provided}]`,
  )

describe('readBulkAnswer', () => {
  it('gives each row the one answer that its item says', () => {
    const items = [
      item(200),
      conflict(8, 7),
      item(429, 'es_rejected_execution_exception'),
      item(201),
      item(400, 'document_parsing_exception', 'failed to parse [mag]'),
      item(503, 'unavailable_shards_exception'),
      conflict(7, 7),
    ]
    expect(readBulkAnswer({ items }, 7)).toEqual({
      fates: ['replaced', 'superseded', undefined, 'created', undefined, undefined, 'repeated'],
      refused: [{ at: 4, reason: 'document_parsing_exception: failed to parse [mag]' }],
      retry: [
        { at: 2, reason: 'es_rejected_execution_exception: no reason given' },
        { at: 5, reason: 'unavailable_shards_exception: no reason given' },
      ],
    })
  })

  it('is not misled by a key that reads like an answer', () => {
    const key = 'current version [8] is higher or equal to the one provided [8]'
    const short = item(409, 'version_conflict_engine_exception', `[${key}]: version conflict`)
    expect(readBulkAnswer({ items: [conflict(8, 7, key), short, conflict(7, 7, key)] }, 3).fates).toEqual([
      ...['superseded', 'superseded', 'repeated'],
    ])
  })

  const fates: [name: string, status: number, type: string, fate: 'refused' | 'retry'][] = [
    ['an unknown field', 400, 'strict_dynamic_mapping_exception', 'refused'],
    ['a conflict that is not one of versions', 409, 'some_conflict_exception', 'refused'],
    ['a full disk', 429, 'cluster_block_exception', 'retry'],
    ['a failed shard', 500, 'io_exception', 'retry'],
  ]
  it.each([
    ['a missing alias', 404, 'index_not_found_exception', 'no such index [quakes]'],
    ['a closed index', 400, 'index_closed_exception', 'closed'],
    ['a blocked index', 403, 'cluster_block_exception', 'index [quakes-v1] blocked by: [FORBIDDEN/8/…]'],
    [
      'an alias without a write index',
      400,
      'illegal_argument_exception',
      'no write index is defined for alias [quakes]. …',
    ],
  ])(
    'knows nothing of any document behind %s, which concerns the dataset and has a way out',
    (_, status, type, reason) => {
      const answer = { items: [item(201), item(status, type, reason)] }
      const sentence = `Elasticsearch did not take a document: ${type}: ${reason}. It is written once the index can be`
      expect(() => readBulkAnswer(answer, 2)).toThrow(sentence)
      expect(() => readBulkAnswer(answer, 2)).toThrow(DatasetError)
    },
  )

  it('cuts a reason that quotes the document', () => {
    const { refused } = readBulkAnswer(
      { items: [item(400, 'document_parsing_exception', 'x'.repeat(5000))] },
      1,
    )
    expect(refused[0]!.reason).toMatch(/^document_parsing_exception: x+…$/)
    expect(refused[0]!.reason.length).toBe(1001)
  })

  it.each(fates)('says of %s (%i %s): %s', (_, status, type, fate) => {
    const outcome = readBulkAnswer({ items: [item(status, type, 'why')] }, 1)
    const rows = [{ at: 0, reason: `${type}: why` }]
    expect(outcome).toEqual({ fates: [undefined], refused: [], retry: [], [fate]: rows })
  })

  it('tells the cause, which is where Elasticsearch says what is wrong with the value', () => {
    const error = {
      type: 'document_parsing_exception',
      reason: '[1:9] failed to parse field [time]',
      caused_by: {
        ...{ type: 'illegal_argument_exception', reason: 'not a date' },
        caused_by: { type: 'date_time_parse_exception', reason: 'no month 13' },
      },
    }
    const { refused } = readBulkAnswer({ items: [{ index: { status: 400, error } }, item(422)] }, 2)
    expect(refused).toEqual([
      {
        at: 0,
        reason:
          'document_parsing_exception: [1:9] failed to parse field [time], caused by illegal_argument_exception: not a date, caused by date_time_parse_exception: no month 13',
      },
      { at: 1, reason: 'status 422' },
    ])
  })

  it('answers for no row when a right is missing, which it names: to try again at once would mend nothing', () => {
    const why = 'action [write] is unauthorized for user [dsf.indexer]'
    const read = () => readBulkAnswer({ items: [item(403, 'security_exception', why)] }, 1)
    expect(read).toThrow(DatasetError)
    expect(read).toThrow(`security_exception: ${why}`)
  })

  it('answers for no row when the answer does not fit the request', () => {
    expect(() => readBulkAnswer({ items: [item(200)] }, 2)).toThrow('the bulk answer has 1 items for 2 rows')
    expect(() => readBulkAnswer({}, 1)).toThrow('the bulk answer has 0 items for 1 rows')
  })
})
