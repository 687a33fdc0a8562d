import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { load, loadText, smallDefinition, type Json } from '../../testing/define.ts'
import { DefinitionError, loadDatasets, requireDatasets } from '../index.ts'

const datasets = join(import.meta.dirname, '../../../../datasets')

function refusal(action: () => unknown, many?: 'many'): { path: string; message: string } {
  try {
    action()
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error
    const { path, message, file } = error
    expect(message.startsWith(path === '' || many ? `${file}: ` : `${file} at ${path}: `)).toBe(true)
    return { path, message: message.slice(message.indexOf(': ') + 2) }
  }
  return expect.fail('the definition was accepted')
}

function linesOf(action: () => unknown): string[] {
  try {
    action()
  } catch (error) {
    return (error as Error).message.split('\n')
  }
  return []
}

const resource = (json: Json) => json.resources[0]
const schema = (json: Json) => json.resources[0].schema
const field = (json: Json, name: string) => schema(json).fields.find((one: Json) => one.name === name)
const ext = (json: Json) => json['x-dsf']
const computed = (type: string, expression: string) => (json: Json) => {
  ext(json).computed = [{ name: 'result', type, expression }]
}
const at = (n: number, rest = '') => `/resources/0/schema/fields/${n}${rest}`

type Mistake = [what: string, change: (json: Json) => void, path: string, expected: string | RegExp]

// prettier-ignore
const mistakes: Mistake[] = [
  ['no name', (j) => delete j.name, '/name', 'is missing, expected a text'],
  ['a name in capitals', (j) => (j.name = 'Quakes'), '/name', 'expected lower-case letters, digits and dashes, starting with a letter'],
  ['a name of a path', (j) => (j.name = 'a/b'), '/name', /expected lower-case/],
  ['a name that ends like an index', (j) => (j.name = 'quakes-v2'), '/name', 'expected no version at the end, the index names carry one'],
  ['no resource', (j) => (j.resources = []), '/resources', /1/],
  ['two resources', (j) => j.resources.push(j.resources[0]), '/resources', /1/],
  ['another encoding', (j) => (resource(j).encoding = 'ebcdic'), '/resources/0/encoding', /"utf-8"/],
  ['no header, and a policy of names', (j) => ((resource(j).dialect = { header: false }), (schema(j).fieldsMatch = 'equal')), '/resources/0/schema/fieldsMatch', /^expected "exact", because the file has no header$/],
  ['two fields of one header, and a policy of names', (j) => ((schema(j).fields[2]['x-dsf'] = { header: 'kind' }), (schema(j).fieldsMatch = 'equal')), '/resources/0/schema/fieldsMatch', /^expected "exact", because two fields are "kind" in the file's header$/],
  ['a delimiter of two characters', (j) => (resource(j).dialect = { delimiter: '||' }), '/resources/0/dialect/delimiter', 'expected one ASCII character'],
  ['a delimiter that is the quote', (j) => (resource(j).dialect = { delimiter: '"' }), '/resources/0/dialect', 'delimiter and quoteChar are the same'],
  ['initial space that is skipped by a text', (j) => (resource(j).dialect = { skipInitialSpace: 'yes' }), '/resources/0/dialect/skipInitialSpace', /expected true or false, found "yes"/],
  ['a ratio that no file has', (j) => (j['x-dsf'] = { source: { maxCompressionRatio: 0.5 } }), '/x-dsf/source/maxCompressionRatio', /expected at least 1, found 0.5/],
  ['a dialect that we do not read', (j) => (resource(j).dialect = { nullSequence: '\\N' }), '/resources/0/dialect/nullSequence', 'is not supported'],
  ['an escape that is the quote', (j) => (resource(j).dialect = { escapeChar: '"' }), '/resources/0/dialect/escapeChar', 'expected another one than quoteChar, which is doubled without a word about it'],
  ['no fields', (j) => (schema(j).fields = []), '/resources/0/schema/fields', /1/],
  ['no key', (j) => delete schema(j).primaryKey, '/resources/0/schema/primaryKey', 'expected the name of a field, or a list of them'],
  ['an empty key', (j) => (schema(j).primaryKey = []), '/resources/0/schema/primaryKey', 'expected at least 1 of them, found []'],
  ['a key that is no field', (j) => (schema(j).primaryKey = ['id', 'ID']), '/resources/0/schema/primaryKey/1', /^no field is named "ID"; the fields are id, mag, /],
  ['foreign keys', (j) => (schema(j).foreignKeys = []), '/resources/0/schema/foreignKeys', 'is not supported'],
  ['a type that we do not read', (j) => (field(j, 'lat').type = 'geopoint'), at(8, '/type'), /"string"/],
  ['a decimal mark that is none', (j) => (field(j, 'mag').decimalChar = ';'), at(1, '/decimalChar'), /^expected "\." or ","/],
  ['groups by the decimal mark', (j) => (field(j, 'mag').groupChar = '.'), at(1, '/groupChar'), 'expected another one than decimalChar'],
  ['a format of a string', (j) => (field(j, 'kind').format = 'email'), at(4, '/format'), '"email" is not supported for a string'],
  ['a time format that we do not read', (j) => (field(j, 'day').format = '%d %U %Y'), at(5, '/format'), /^%U in "%d %U %Y" is not supported; known are %Y/],
  ['a misspelt constraint', (j) => (field(j, 'mag').constraints = { minimun: 0 }), at(1, '/constraints/minimun'), 'is unknown, did you mean "minimum"?'],
  ['a bound that is no value of the field', (j) => (field(j, 'stations').constraints = { minimum: 0.5 }), at(2, '/constraints/minimum'), '"0.5" is no integer'],
  ['a bound that is neither number nor text', (j) => (field(j, 'mag').constraints = { maximum: true }), at(1, '/constraints/maximum'), 'expected a number or a text'],
  ['a bound of a string', (j) => (field(j, 'kind').constraints = { maximum: '5' }), at(4, '/constraints/maximum'), 'applies to numbers and times, not to a string'],
  ['a bound beyond the integers', (j) => (field(j, 'stations').constraints = { maximum: 9007199254740991 }), at(2, '/constraints/maximum'), /^"9007199254740991" is too large for an integer, which is at most 4503599627370496 in size$/],
  ['a bound of 64 bits', (j) => (field(j, 'stations').constraints = { minimum: '-9223372036854775808' }), at(2, '/constraints/minimum'), '"-9223372036854775808" is too large for an integer, which is at most 4503599627370496 in size'],
  ['a bound that JavaScript writes with an exponent', (j) => (field(j, 'stations').constraints = { maximum: 1e21 }), at(2, '/constraints/maximum'), '"1e+21" is too large for an integer'],
  ['an allowed value beyond the integers', (j) => (field(j, 'stations').constraints = { enum: [1, 2 ** 53] }), at(2, '/constraints/enum/1'), 'is too large for an integer'],
  ['a default beyond the integers', (j) => (field(j, 'stations')['x-dsf'] = { default: 2 ** 53 }), at(2, '/x-dsf/default'), 'is too large for an integer'],
  ['a token that is true and, unsaid, false', (j) => (field(j, 'felt').trueValues = ['0', 'yes', 'False']), at(3, '/trueValues'), /^"False", "0" would be both true and false; take it out of trueValues or falseValues, which are "true", "True", "TRUE", "1" and "false", "False", "FALSE", "0" where they are not said$/],
  ['a token that is false and, unsaid, true', (j) => (field(j, 'felt').falseValues = ['1']), at(3, '/falseValues'), '"1" would be both true and false; take it out of trueValues or falseValues'],
  ['a date bound that does not exist', (j) => (field(j, 'day').constraints = { maximum: '2021-02-29' }), at(5, '/constraints/maximum'), '"2021-02-29" is no date'],
  ['a pattern of a number', (j) => (field(j, 'mag').constraints = { pattern: '1.' }), at(1, '/constraints/pattern'), 'applies to strings, not to a number'],
  ['a broken pattern', (j) => (field(j, 'kind').constraints = { pattern: '(' }), at(4, '/constraints/pattern'), /^"\(" is no regular expression of RE2 \(missing closing \)/],
  ['an empty enum', (j) => (field(j, 'kind').constraints = { enum: [] }), at(4, '/constraints/enum'), /1/],
  ['an enum of another type', (j) => (field(j, 'mag').constraints = { enum: [1, 'two'] }), at(1, '/constraints/enum/1'), '"two" is no number'],
  ['a unique field that is no key', (j) => (field(j, 'mag').constraints = { unique: true }), at(1, '/constraints/unique'), 'only a primary key of one field can be unique'],
  ['a default of another type', (j) => (field(j, 'mag')['x-dsf'] = { default: 'none' }), at(1, '/x-dsf/default'), '"none" is no number'],
  ['a default that breaks a constraint', (j) => Object.assign(field(j, 'mag'), { constraints: { minimum: 0 }, 'x-dsf': { default: -1 } }), at(1, '/x-dsf/default'), 'mag -1 is below 0'],
  ['a default of the key', (j) => (field(j, 'id')['x-dsf'] = { default: 'x' }), at(0, '/x-dsf/default'), 'a field of the primary key can have no default'],
  ['an unknown rule of a field', (j) => (field(j, 'mag')['x-dsf'] = { strip: true }), at(1, '/x-dsf/strip'), 'is unknown; known are trim, case, default, search, column'],
  ['an unknown key in x-dsf', (j) => (ext(j).lane = 4), '/x-dsf/lane', 'is unknown, did you mean "lanes"?'],
  ['too many lanes', (j) => (ext(j).lanes = 65), '/x-dsf/lanes', /64/],
  ['a version that is no field', (j) => (ext(j).version = 'revised'), '/x-dsf/version', /^no field is named "revised"/],
  ['a version that does not grow', (j) => (ext(j).version = 'kind'), '/x-dsf/version', '"kind" is of type string, expected integer or datetime'],
  ['a version that may be missing', (j) => (ext(j).version = 'stations'), '/x-dsf/version', '"stations" must have constraints.required: true'],
  ['an event time that is no time', (j) => (ext(j).eventTime = 'mag'), '/x-dsf/eventTime', '"mag" is of type number, expected date or datetime'],
  ['a type that is no text', (j) => (ext(j).type = 'felt'), '/x-dsf/type', '"felt" is of type boolean, expected string'],
  // no vector, because no reader of JSON in tests takes it
  [
    'half a character where a footer begins, which no file has',
    (j) => (ext(j).reading = { footer: ['Total', 'a\ud800'] }),
    '/x-dsf/reading/footer/1',
    'expected the beginning of a line',
  ],
  ['half a place', (j) => (ext(j).geo = { latitude: 'lat' }), '/x-dsf/geo/longitude', 'is missing, expected a text'],
  ['a place in words', (j) => (ext(j).geo.longitude = 'kind'), '/x-dsf/geo/longitude', '"kind" is of type string, expected number'],
  ['noise on a text', (j) => (ext(j).simulate = { share: 0.1, jitter: { kind: 1 } }), '/x-dsf/simulate/jitter/kind', '"kind" is of type string, expected number'],
  ['more twins than keys', (j) => (ext(j).simulate = { share: 2 }), '/x-dsf/simulate/share', /1/],
  ['an unknown sink format', (j) => (ext(j).sinks = { lake: { format: 'orc' } }), '/x-dsf/sinks/lake/format', /"parquet"/],
  ['a field of our own name', (j) => schema(j).fields.push({ name: 'dsf_row', type: 'integer' }), at(10, '/name'), '"dsf_row" is a name kept for the pipeline'],
  ['a field that Elasticsearch keeps', (j) => schema(j).fields.push({ name: '_id', type: 'string' }), at(10, '/name'), '"_id" is a name kept for the pipeline'],
  ['a location beside the map', (j) => schema(j).fields.push({ name: 'location', type: 'string' }), at(10, '/name'), '"location" is a name kept for the pipeline'],
  ['two fields of one column', (j) => schema(j).fields.push({ name: 'a b', type: 'string' }, { name: 'a-b', type: 'string' }), at(11, '/name'), 'two fields become the column "a_b"'],
  ['two fields of one name', (j) => schema(j).fields.push({ name: 'mag', type: 'string' }), at(10, '/name'), /^two fields are named "mag"; give one another name, and what it is in the file's header with x-dsf\.header$/],
  ['two fields of one name, one of another column', (j) => schema(j).fields.push({ name: 'mag', type: 'string', 'x-dsf': { column: 'b' } }), at(10, '/name'), /^two fields are named "mag"; give one another name/],
  ['a day with the name of its folder', (j) => Object.assign(field(j, 'day'), { name: 'dt' }) && (ext(j).eventTime = 'dt'), at(5, '/name'), '"dt" would be hidden by the folders dt= of the objects; give it a column of another name with x-dsf.column'],
  ['a NUL in a name', (j) => (field(j, 'mag').name = '\0mag'), at(1, '/name'), String.raw`expected a text without NUL, which no header can hold, found "\u0000mag"`],
  ['a key with a NUL', (j) => (schema(j).primaryKey = '\0id'), '/resources/0/schema/primaryKey/0', /^no field is named /],
  ['a header longer than a row', (j) => (ext(j).source = { maxRowBytes: 49 }), '/x-dsf/source/maxRowBytes', "the file's header takes 50 bytes, and source.maxRowBytes is 49, so no file could be read; raise source.maxRowBytes to 50 or more"],
  ['a header longer than any row', (j) => schema(j).fields.push({ name: 'h'.repeat(2 ** 20), type: 'string', 'x-dsf': { column: 'h' } }), '/x-dsf/source/maxRowBytes', /^the file's header takes 1048627 bytes, .*; fewer or shorter names$/],
  ['a word of another place with letters wrong', (j) => (resource(j).missingvalues = ['NA']), '/resources/0/missingvalues', 'is unknown, did you mean "missingValues"? That belongs to another place (docs/dataset.md)'],
  ['a computed field of a column', (j) => (ext(j).computed = [{ name: 'mag', type: 'number', expression: '1.0' }]), '/x-dsf/computed/0/name', 'two fields become the column "mag"'],
  ['a computed field without a name', (j) => (ext(j).computed = [{ name: 'a b', type: 'number', expression: '1.0' }]), '/x-dsf/computed/0/name', /^expected a letter or underscore/],
  ['an expression that is none', computed('number', 'mag +'), '/x-dsf/computed/0/expression', /Unexpected/],
  ['an expression of an unknown field', computed('number', 'magnitude * 2.0'), '/x-dsf/computed/0/expression', /Unknown variable: magnitude/],
  ['an expression of itself', computed('number', 'result + 1.0'), '/x-dsf/computed/0/expression', /Unknown variable: result/],
  ['a mix of double and int', computed('number', 'mag + 1'), '/x-dsf/computed/0/expression', /no such overload: double \+ int/],
  ['a result of another type', computed('string', 'mag * 2.0'), '/x-dsf/computed/0/expression', 'gives double, expected string'],
  ['a result of another type', computed('number', '[mag]'), '/x-dsf/computed/0/expression', 'gives list<double>, expected double'],
  ['a computed date', computed('date', '1.0'), '/x-dsf/computed/0/type', /"string"/],
]

describe('a wrong definition is refused with the place and with what was expected there:', () => {
  test.each(mistakes)('%s', (_, change, path, expected) => {
    const json = smallDefinition()
    change(json)
    const refused = refusal(() => load(json))
    expect(refused).toEqual({
      path,
      message:
        typeof expected === 'string' ? expect.stringContaining(expected) : expect.stringMatching(expected),
    })
  })

  test('a folder of another name', () => {
    expect(refusal(() => load(smallDefinition(), 'earthquakes'))).toEqual({
      path: '/name',
      message: `is "quakes", expected the folder's name "earthquakes"`,
    })
  })

  test.each(['', '{', '{"name": }'])('what is no JSON: %j', (text) => {
    expect(refusal(() => loadText(text)).message).toMatch(/^is not readable JSON: /)
  })

  test.each(['null', '[]', '"quakes"'])('JSON that is no definition: %s', (text) => {
    expect(refusal(() => loadText(text))).toEqual({
      path: '',
      message: expect.stringMatching(/expected an object/) as string,
    })
  })

  test('a list of folders that does not exist', () => {
    expect(refusal(() => loadDatasets(['/nowhere'])).message).toBe(
      'the folder does not exist; see DATASETS_DIR',
    )
  })

  test('two datasets of one name', () => {
    const found = loadDatasets([datasets, datasets])
    expect([...found.keys()]).toEqual(['earthquakes', 'seattle-weather'])
    expect(found.refused).toEqual(
      ['earthquakes', 'seattle-weather'].map((name) => ({
        name,
        folder: join(datasets, name),
        problems: [`/name: "${name}" is already defined in ${join(datasets, name)}`],
      })),
    )
  })

  test('the others of its folder are used all the same', () => {
    const parent = mkdtempSync(join(tmpdir(), 'dsf-'))
    const write = (folder: string, text: string) => {
      mkdirSync(join(parent, folder))
      writeFileSync(join(parent, folder, 'datapackage.json'), text)
    }
    write('broken', '{')
    write('others', JSON.stringify(smallDefinition()))
    write('quakes', JSON.stringify(smallDefinition()))
    mkdirSync(join(parent, 'dangling'))
    symlinkSync('/nowhere/datapackage.json', join(parent, 'dangling/datapackage.json'))
    mkdirSync(join(parent, 'empty'))
    writeFileSync(join(parent, 'file'), '')
    const found = loadDatasets([parent])
    expect([...found.keys()]).toEqual(['quakes'])
    expect(found.refused.map(({ name }) => name)).toEqual(['broken', 'dangling', 'others'])
    expect(linesOf(() => requireDatasets(parent))).toEqual([
      expect.stringMatching(/broken\/datapackage.json is not readable JSON: /),
      expect.stringMatching(/dangling\/datapackage.json is not readable JSON: ENOENT/),
      `${join(parent, 'others/datapackage.json')} /name: is "quakes", expected the folder's name "others"`,
    ])
    rmSync(parent, { recursive: true })
  })

  test.each<[string, (json: Json) => void]>([
    ['lists in lists', (json) => (json['x-notes'] = 'NESTED')],
    ['a sum of 3,000 terms', (json) => computed('number', `${'mag+'.repeat(3000)}mag`)(json)],
    ['10,000 signs', (json) => computed('number', `${'-'.repeat(10_000)}mag`)(json)],
  ])('one that is nested deep leaves the others alone: %s', (_, change) => {
    const parent = mkdtempSync(join(tmpdir(), 'dsf-'))
    const json = smallDefinition()
    change(json)
    for (const [folder, text] of [
      ['deep', json],
      ['quakes', smallDefinition()],
    ] as const) {
      mkdirSync(join(parent, folder))
      const nested = JSON.stringify({ ...text, name: folder }).replace(
        '"NESTED"',
        '['.repeat(8000) + ']'.repeat(8000),
      )
      writeFileSync(join(parent, folder, 'datapackage.json'), nested)
    }
    const found = loadDatasets([parent])
    rmSync(parent, { recursive: true })
    expect([...found.keys()]).toEqual(['quakes'])
    expect(found.refused).toEqual([expect.objectContaining({ name: 'deep' })])
    expect(found.refused[0]!.problems).toEqual([expect.stringMatching(/nested|levels|exceeded/)])
  })

  test('of what nobody foresaw, it is that dataset alone that is refused', () => {
    // what a definition that is nested too deep did here, before its depth was bounded
    const clone = vi.spyOn(globalThis, 'structuredClone').mockImplementationOnce(() => {
      throw new RangeError('Maximum call stack size exceeded')
    })
    const found = loadDatasets([datasets])
    clone.mockRestore()
    expect([...found.keys()]).toEqual(['seattle-weather'])
    expect(found.refused).toEqual([
      expect.objectContaining({
        name: 'earthquakes',
        problems: ['cannot be read: RangeError: Maximum call stack size exceeded'],
      }),
    ])
  })

  test('all that is wrong is told at once, a line each', () => {
    const json = smallDefinition()
    ext(json).lanes = 65
    field(json, 'mag').typ = 'number'
    delete field(json, 'mag').type
    schema(json).primaryKey = 'ID'
    const { message } = refusal(() => load(json), 'many')
    expect(message.split('\n')).toEqual([
      '4 problems',
      `  ${at(1)}/typ: is unknown, did you mean "type"?`,
      `  ${at(1)}/type: is missing, expected one of "string", "integer", "number", "boolean", "date", "datetime"`,
      '  /x-dsf/lanes: expected at most 64, found 65',
      '  /resources/0/schema/primaryKey/0: no field is named "ID"; the fields are id, mag, stations, felt, kind, day, time, updated, lat, lon',
    ])
  })
})
