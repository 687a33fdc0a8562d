import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkHeader, type FieldsMatch, sniff } from './check-header.ts'
import { readHeader } from './read-header.ts'
import { UnreadableFileError } from './unreadable-file.ts'

const policies: FieldsMatch[] = ['exact', 'equal', 'subset', 'superset', 'partial']
const check = (header: string, fieldsMatch: FieldsMatch, fields = 'id,a,b', primaryKey = ['id']) =>
  checkHeader(header.split(','), { fields: fields.split(','), fieldsMatch, primaryKey })

describe('checkHeader', () => {
  // The five policies against the five relations that a file can have to its definition.
  it.each([
    [
      'the same',
      'id,a,b',
      { exact: [0, 1, 2], equal: [0, 1, 2], subset: [0, 1, 2], superset: [0, 1, 2], partial: [0, 1, 2] },
    ],
    [
      'another order',
      'b,id,a',
      { equal: [1, 2, 0], subset: [1, 2, 0], superset: [1, 2, 0], partial: [1, 2, 0] },
    ],
    ['one more', 'id,x,a,b', { subset: [0, 2, 3], partial: [0, 2, 3] }],
    ['one fewer', 'b,id', { superset: [1, -1, 0], partial: [1, -1, 0] }],
    ['one more and one fewer', 'x,id,b', { partial: [1, -1, 2] }],
    ['no key', 'a,b', {}],
    ['nothing in common', 'x,y,z', {}],
  ] as [string, string, Partial<Record<FieldsMatch, number[]>>][])('%s', (_, header, accepted) => {
    for (const policy of policies) {
      const columns = accepted[policy]
      expect([policy, check(header, policy)]).toEqual([
        policy,
        columns ? { columns } : { error: expect.any(String) },
      ])
    }
  })

  it('tells columns of one name, or of none, by their places', () => {
    const places = (header: string) => check(header, 'exact', 'id,,a,a')
    expect(places('id,,a,a')).toEqual({ columns: [0, 1, 2, 3] })
    expect(places('id,,a')).toEqual({ error: expect.stringContaining('column 4 is not there, expected "a"') })
    expect(places('id,a,,a')).toEqual({ error: expect.stringContaining('more than one "a"') })
  })

  it.each([
    ['exact', 'id,b,a', 'column 2 is "b", expected "a"'],
    ['exact', 'id,a', 'missing "b"'],
    ['exact', 'id,a,b,b', 'more than one "b"'],
    ['equal', 'id,x,a,y', 'missing "b"; unknown "x", "y"'],
    ['subset', 'id,a,B', 'missing "b" (the file has "B")'],
    ['subset', '\ufeffid,a,b', 'missing "id" (the file has "\ufeffid")'],
    ['subset', 'id,a,b,a,x,x', 'more than one "a"'],
    ['superset', 'a,b', 'missing "id"'],
    ['partial', 'a', 'missing "id"'],
    ['superset', 'id,1,2,3,4,5,6,7,8,9', 'unknown "1", "2", "3", "4", "5", "6", "7", "8" and 1 more'],
  ] as [FieldsMatch, string, string][])('%s refuses %j: %s', (policy, header, fault) => {
    expect(check(header, policy)).toEqual({
      error: `the header does not fit (fieldsMatch ${policy}): ${fault}`,
    })
  })

  it('shows nothing of a file that has none of the fields, unless a name of it looks like one', () => {
    for (const policy of policies) {
      const answer = JSON.stringify(check('root:x:0:0:root:/root:/bin/bash', policy, 'id,a,b'))
      expect(answer).toContain('error')
      expect(answer).not.toContain('root')
    }
    expect(check('ID,secret', 'equal', 'id,a')).toEqual({
      error:
        'the header does not fit (fieldsMatch equal): missing "id", "a" (the file has "ID"); unknown 2 names, none of them known and so not shown',
    })
  })

  it('partial needs one defined field even without a key; superset does not', () => {
    expect(check('x,y', 'partial', 'a,b', [])).toMatchObject({
      error: expect.stringContaining('none of the defined fields, but 2 names'),
    })
    expect(check('a', 'superset', 'a,b', [])).toEqual({ columns: [0, -1] })
  })

  it('has a sentence for a definition that names a field twice, which no loader lets through', () => {
    expect(check('id,a', 'exact', 'id,a,a')).toEqual({
      error: 'the header does not fit (fieldsMatch exact): column 3 is not there, expected "a"',
    })
    expect(check('', 'exact', 'id,id')).toMatchObject({ error: expect.stringContaining('missing "id"') })
  })

  it('escapes and shortens hostile names', () => {
    const { error } = check(`id,a,b,evil\n${'x'.repeat(10_000)}`, 'equal') as { error: string }
    expect(error).toContain(String.raw`unknown "evil\nxxx`)
    expect(error.length).toBeLessThan(200)
  })
})

describe('sniff', () => {
  it.each([
    ['<!DOCTYPE html><title>Sign in</title>', '', 'an HTML page titled "Sign in"'],
    ['\ufeff\n <!-- hi --><HTML><head>', '', 'an HTML page'],
    ['<p>Service unavailable', 'text/html; charset=utf-8', 'an HTML page'],
    ['<?xml version="1.0"?><Error><Code>NoSuchKey', 'application/xml', 'an XML document'],
    ['{"error":"quota"}', '', 'a JSON document'],
    ['[{"id":1}]', '', 'a JSON document'],
    ['["id","name"]', 'application/json', 'a JSON document'],
    ['PK\x03\x04\x14\0', 'text/csv', 'a zip archive or an Excel workbook'],
    ['PAR1\x15\x04', '', 'a Parquet file'],
    ['Obj\x01\x04', '', 'an Avro file'],
    ['BZh91AY&SY\x12', '', 'bzip2 data'],
    ['%PDF-1.7', '', 'a PDF document'],
  ])('%j (%s) is %s', (head, type, kind) => {
    expect(sniff(Buffer.from(head), type)).toBe(`the file is not CSV but ${kind}`)
  })

  it.each([
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'gzip data inside what was decompressed already'],
    [
      Buffer.from('id,name\n', 'utf16le'),
      'UTF-16 text without byte order mark, which encoding of the resource may say',
    ],
    [
      Buffer.from('id,name\n', 'utf16le').swap16(),
      'UTF-16 text without byte order mark, which encoding of the resource may say',
    ],
    [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4]), 'zstd data'],
  ])('%j is %s', (head, kind) => {
    expect(sniff(head)).toBe(`the file is not CSV but ${kind}`)
  })

  it.each(['', '\ufeff', ' \r\n\n'])('%j is empty', (head) => {
    expect(sniff(Buffer.from(head), 'text/csv')).toBe('the file is empty')
  })

  it.each([
    ['id,name\n1,a\n', 'text/csv'],
    ['\ufeff"id","name"\n', ''],
    // Many servers send a wrong type, and some columns have unlucky names.
    ['id,name\n', 'text/html'],
    ['id,name\n', 'application/json'],
    ['ORC,PAR1\n', ''],
    ['BZh\n1\n', ''],
    ['a<b,<c>\n', ''],
  ])('%j (%s) may be CSV', (head, type) => {
    expect(sniff(Buffer.from(head), type)).toBeUndefined()
  })
})

describe('any head, in time that grows with its size', () => {
  const pieces = [
    '<!-->',
    '<!---->',
    '<!--',
    '-->',
    '<title',
    '<',
    '>',
    ' ',
    '\n',
    '\r',
    'a',
    ',',
    '"',
    '{',
    '[',
    '\0',
  ]
  const repeated = (parts: string[]) => parts.join('').repeat(Math.ceil(65_536 / parts.join('').length))
  const head = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map(repeated)
  const started = { at: 0 }
  const begin = () => void (started.at = performance.now())
  // a hundredth of it on a quiet machine; what backtracks takes hours
  const end = () => expect(performance.now() - started.at).toBeLessThan(1_000)

  it('is sniffed', () => {
    fc.assert(
      fc.property(head, fc.constantFrom('', 'text/html', 'application/json'), (text, type) => {
        begin()
        sniff(Buffer.from(text), type)
        end()
      }),
      {
        examples: [
          [repeated(['<!---->']), ''],
          [repeated(['<!-- --> ']), ''],
          [repeated(['<title']), 'text/html'],
        ],
      },
    )
  })

  it('is read as a header and compared with the fields', () => {
    const fields = Array.from({ length: 1000 }, (_, i) => `field ${i}`)
    const names = Array.from({ length: 30_000 }, (_, i) => i.toString(36)).join(',')
    fc.assert(
      fc.property(head, (text) => {
        begin()
        try {
          const header = readHeader(Buffer.from(text), { delimiter: ',', quoteChar: '"' }, true)
          checkHeader(header!.cells, { fields, fieldsMatch: 'equal', primaryKey: fields })
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableFileError)
        }
        end()
      }),
      { numRuns: 30, examples: [[names], [repeated(['field 1,'])], [repeated(['\n'])]] },
    )
  })
})
