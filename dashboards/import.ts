/**
 * make kibana KIBANA_URL=https://kibana:5601: creates or overwrites the generated dashboards there. Signs in with
 * KIBANA_API_KEY, or the file that KIBANA_API_KEY_FILE names, or the user and password in the URL; KIBANA_SPACE names another space
 * than the default one, ELASTICSEARCH_INDEX_PREFIX what the names of the indices begin with.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Kibana {
  url: string
  space?: string
  apiKey?: string
}

interface ImportAnswer {
  success: boolean
  successCount: number
  errors?: { id: string; type: string; title?: string; error: Refusal }[]
}

interface Refusal {
  type: string
  message?: string
  /** of `missing_references` */
  references?: { type: string; id: string }[]
}

/** One object refused for one of these, and Kibana writes none of the file, though it counts those that it would have taken. */
const withNothingWritten = ['conflict', 'ambiguous_conflict', 'missing_references']

/** @throws Error that says what is missing */
export function readKibana(env: NodeJS.ProcessEnv): Kibana {
  const { KIBANA_URL: url, KIBANA_SPACE: space, KIBANA_API_KEY_FILE: file } = env
  const apiKey = file ? readFileSync(file, 'utf8').trim() : env['KIBANA_API_KEY']
  if (!url) throw new Error('Where is Kibana? For example: make kibana KIBANA_URL=http://127.0.0.1:5601')
  return { url, ...(space ? { space } : {}), ...(apiKey ? { apiKey } : {}) }
}

/** In a space where the ids are taken by another space, objects get new ones; the compatible way keeps links by the old ones alive. */
const query = 'overwrite=true&compatibilityMode=true'

/**
 * Imports one file and returns how many objects Kibana took.
 * @throws Error with every object that it refused: an answer of 200 alone is no success
 */
export async function importFile(kibana: Kibana, name: string, ndjson: string): Promise<number> {
  const { origin, pathname } = new URL(kibana.url)
  const space = kibana.space ? `/s/${encodeURIComponent(kibana.space)}` : ''
  const url = `${origin}${pathname.replace(/\/$/, '')}${space}/api/saved_objects/_import?${query}`
  const body = new FormData()
  body.set('file', new Blob([ndjson], { type: 'application/ndjson' }), name)
  const response = await fetch(url, { method: 'POST', body, headers: headersOf(kibana) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${name}: Kibana answered ${response.status}: ${text.slice(0, 500)}`)
  const answer = JSON.parse(text) as ImportAnswer
  if (answer.success && !answer.errors?.length) return answer.successCount
  throw new Error([`${name}: Kibana ${outcome(answer)}`, ...refusals(answer)].join('\n'))
}

function outcome({ successCount, errors = [] }: ImportAnswer): string {
  const isNothing = errors.some(({ error }) => withNothingWritten.includes(error.type))
  return isNothing ? 'wrote nothing, because it refused' : `took ${successCount} objects and refused`
}

function headersOf({ url, apiKey }: Kibana): Record<string, string> {
  const { username, password } = new URL(url)
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  )
  const authorization = apiKey ? `ApiKey ${apiKey}` : username ? `Basic ${basic}` : undefined
  return { 'kbn-xsrf': 'data-stream-flow', ...(authorization ? { authorization } : {}) }
}

const refusals = ({ errors = [] }: ImportAnswer): string[] =>
  errors.map(({ type, id, error }) => {
    const missing = error.references?.map((one) => `${one.type} ${one.id}`).join(', ')
    return `  ${type} ${id}: ${[error.type, missing, error.message].filter(Boolean).join(', ')}`
  })

/** The data views of a file alone name an index; all else names them. */
export function withPrefix(ndjson: string, prefix: string): string {
  if (prefix === '') return ndjson
  const lines = ndjson.split('\n').map((line) => {
    const object = line === '' ? undefined : (JSON.parse(line) as SavedObject)
    if (object?.type !== 'index-pattern') return line
    const { attributes } = object
    return JSON.stringify({ ...object, attributes: { ...attributes, title: `${prefix}${attributes.title}` } })
  })
  return lines.join('\n')
}

interface SavedObject {
  type: string
  attributes: { title: string }
}

if (import.meta.main) {
  try {
    const kibana = readKibana(process.env)
    for (const file of globSync(join(import.meta.dirname, 'generated', '*.ndjson')).sort()) {
      const ndjson = withPrefix(readFileSync(file, 'utf8'), process.env['ELASTICSEARCH_INDEX_PREFIX'] ?? '')
      const count = await importFile(kibana, basename(file), ndjson)
      console.log(`${basename(file)}: ${count} objects`)
    }
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
