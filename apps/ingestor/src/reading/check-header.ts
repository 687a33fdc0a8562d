/** Is this the file the definition describes? Decided from its first bytes and its header, before the first row. */

/** Frictionless v2 `fieldsMatch`. `exact` maps by order, the others by name. */
export type FieldsMatch = 'exact' | 'equal' | 'subset' | 'superset' | 'partial'

export interface HeaderRules {
  fields: readonly string[]
  fieldsMatch: FieldsMatch
  /** Their columns are required under every policy. */
  primaryKey: readonly string[]
}

/** `columns[i]` is the column of `fields[i]`, or -1 when the file does not have it. */
export type HeaderCheck = { columns: number[] } | { error: string }

/** What each policy forbids. */
const policies: Record<FieldsMatch, { missing: boolean; unknown: boolean; order: boolean; none: boolean }> = {
  exact: { missing: true, unknown: true, order: true, none: true },
  equal: { missing: true, unknown: true, order: false, none: true },
  subset: { missing: true, unknown: false, order: false, none: true },
  superset: { missing: false, unknown: true, order: false, none: false },
  partial: { missing: false, unknown: false, order: false, none: true },
}

// eslint-disable-next-line complexity -- one line for each thing that a policy forbids
export function checkHeader(header: readonly string[], rules: HeaderRules): HeaderCheck {
  const { fields, fieldsMatch, primaryKey } = rules
  const forbids = policies[fieldsMatch]
  // by their places alone, so that two may have one name
  if (forbids.order && header.length === fields.length && fields.every((name, i) => header[i] === name))
    return { columns: fields.map((_, i) => i) }
  // maps, because a hostile header has 30,000 names
  const has = firstPlaces(header)
  const defined = new Set(fields)
  const missing = fields.filter((name) => !has.has(name) && (forbids.missing || primaryKey.includes(name)))
  const unknown = header.filter((name) => !defined.has(name))
  // A name that no field maps to may repeat: nobody reads it.
  const repeated = [...new Set(header.filter((name, i) => defined.has(name) && has.get(name) !== i))]
  const found = unknownNames(
    unknown,
    fields.some((name) => has.has(name)),
  )
  const wrong = fields.findIndex((name, i) => header[i] !== name)

  const faults: string[] = []
  if (missing.length > 0) faults.push(`missing ${list(missing)}${lookAlike(missing, unknown)}`)
  if (forbids.unknown && unknown.length > 0) faults.push(`unknown ${found}`)
  if (repeated.length > 0) faults.push(`more than one ${list(repeated)}`)
  if (forbids.order && wrong >= 0 && faults.length === 0)
    faults.push(`column ${wrong + 1} is ${quote(header[wrong])}, expected ${quote(fields[wrong])}`)
  if (forbids.none && faults.length === 0 && !fields.some((name) => has.has(name)))
    faults.push(`none of the defined fields, but ${found}`)

  if (faults.length > 0)
    return { error: `the header does not fit (fieldsMatch ${fieldsMatch}): ${faults.join('; ')}` }
  return { columns: fields.map((name) => has.get(name) ?? -1) }
}

function firstPlaces(header: readonly string[]): Map<string, number> {
  const places = new Map<string, number>()
  header.forEach((name, i) => places.has(name) || places.set(name, i))
  return places
}

function lookAlike(missing: readonly string[], unknown: readonly string[]): string {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]/g, '')
  const wanted = new Set(missing.map(plain))
  const found = unknown.filter((name) => wanted.has(plain(name)))
  return found.length > 0 ? ` (the file has ${list(found)})` : ''
}

/**
 * Names of a file that is plainly not the dataset's are not told: whoever may ask for a run could read the first line of any
 * file that a source may be.
 */
function unknownNames(names: readonly string[], isOurs: boolean): string {
  if (isOurs) return list(names)
  return `${names.length} ${names.length === 1 ? 'name' : 'names'}, none of them known and so not shown`
}

/** The header is data: names are escaped, and a hostile one cannot flood the log. */
function quote(name: string | undefined): string {
  if (name === undefined) return 'not there'
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name)
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map(quote).join(', ')
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown
}

const magics: readonly (readonly [magic: string, kind: string])[] = [
  ['\x1f\x8b', 'gzip data inside what was decompressed already'],
  ['PK\x03\x04', 'a zip archive or an Excel workbook'],
  ['PK\x05\x06', 'an empty zip archive'],
  ['PAR1', 'a Parquet file'],
  ['Obj\x01', 'an Avro file'],
  ['ORC', 'an ORC file'],
  ['ARROW1', 'an Arrow file'],
  ['SQLite format 3\0', 'an SQLite database'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook'],
  ['%PDF', 'a PDF document'],
  ['\x28\xb5\x2f\xfd', 'zstd data'],
  ['BZh', 'bzip2 data'],
  ['\xfd7zXZ', 'xz data'],
  ['7z\xbc\xaf', 'a 7z archive'],
  ['\xff\xfe\0\0', 'UTF-32 text; UTF-8 is expected'],
  ['\0\0\xfe\xff', 'UTF-32 text; UTF-8 is expected'],
]

/** A sentence that says what the (decompressed) file is, when that is plainly not CSV. No expression here backtracks. */
export function sniff(firstBytes: Buffer, contentType = ''): string | undefined {
  const head = firstBytes.subarray(0, 4096).toString('latin1')
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart()
  if (text === '') return 'the file is empty'
  const kind = magics.find(([magic]) => isMagic(head, magic))?.[1] ?? textKind(text, contentType)
  return kind && `the file is not CSV but ${kind}`
}

/** A short magic may also begin a CSV ("ORC,…", "BZh,…"). In a CSV, text follows these letters; in a binary format, bytes that are no text. */
function isMagic(head: string, magic: string): boolean {
  return head.startsWith(magic) && !(/^[A-Z][\w]+$/i.test(magic) && /^[\w "',;|\t.-]*[\r\n,;|\t]/.test(head))
}

function textKind(text: string, contentType: string): string | undefined {
  const html = /^<(?:!doctype\s+html|html|head|body|title|script|meta)\b/i.test(behindComments(text))
  if (html || (/html/i.test(contentType) && text.startsWith('<'))) {
    const title = titleOf(text)
    return title
      ? `an HTML page titled ${quote(Buffer.from(title, 'latin1').toString('utf8'))}`
      : 'an HTML page'
  }
  if (text.startsWith('<?xml')) return 'an XML document'
  if (/^(?:\{\s*"|\[\s*\{)/.test(text) || (/json/i.test(contentType) && /^[{[]/.test(text)))
    return 'a JSON document'
  if (/^(?:\0[^\0]){2}|^(?:[^\0]\0){2}/.test(text))
    return 'UTF-16 text without byte order mark, which encoding of the resource may say'
  return undefined
}

function behindComments(text: string): string {
  let at = 0
  while (text.startsWith('<!--', at)) {
    const end = text.indexOf('-->', at + 4)
    if (end < 0) break
    at = end + 3
    while (/\s/.test(text.charAt(at))) at++
  }
  return text.slice(at)
}

function titleOf(html: string): string {
  const tag = html.toLowerCase().indexOf('<title')
  const from = tag < 0 ? -1 : html.indexOf('>', tag)
  if (from < 0) return ''
  const title = html
    .slice(from + 1)
    .trimStart()
    .slice(0, 80)
  return title.split('<', 1)[0]!.trim()
}
