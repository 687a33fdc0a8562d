/**
 * make kibana KIBANA_URL=https://kibana:5601: creates or overwrites the generated dashboards there. Signs in with
 * KIBANA_API_KEY, or with the user and password in the URL; KIBANA_SPACE names another space than the default one.
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
  errors?: { id: string; type: string; title?: string; error: { type: string; message?: string } }[]
}

/** @throws Error that says what is missing */
export function readKibana(env: NodeJS.ProcessEnv): Kibana {
  const { KIBANA_URL: url, KIBANA_SPACE: space, KIBANA_API_KEY: apiKey } = env
  if (!url) throw new Error('Where is Kibana? For example: make kibana KIBANA_URL=http://127.0.0.1:5601')
  return { url, ...(space ? { space } : {}), ...(apiKey ? { apiKey } : {}) }
}

/**
 * Imports one file and returns how many objects Kibana took.
 * @throws Error with every object that it refused: an answer of 200 alone is no success
 */
export async function importFile(kibana: Kibana, name: string, ndjson: string): Promise<number> {
  const { origin, pathname } = new URL(kibana.url)
  const space = kibana.space ? `/s/${encodeURIComponent(kibana.space)}` : ''
  const url = `${origin}${pathname.replace(/\/$/, '')}${space}/api/saved_objects/_import?overwrite=true`
  const body = new FormData()
  body.set('file', new Blob([ndjson], { type: 'application/ndjson' }), name)
  const response = await fetch(url, { method: 'POST', body, headers: headersOf(kibana) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${name}: Kibana answered ${response.status}: ${text.slice(0, 500)}`)
  const answer = JSON.parse(text) as ImportAnswer
  if (answer.success && !answer.errors?.length) return answer.successCount
  throw new Error(
    [`${name}: Kibana took ${answer.successCount} objects and refused`, ...refusals(answer)].join('\n'),
  )
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
  errors.map(
    ({ type, id, error }) => `  ${type} ${id}: ${error.type}${error.message ? `, ${error.message}` : ''}`,
  )

if (import.meta.main) {
  try {
    const kibana = readKibana(process.env)
    for (const file of globSync(join(import.meta.dirname, 'generated', '*.ndjson')).sort()) {
      const count = await importFile(kibana, basename(file), readFileSync(file, 'utf8'))
      console.log(`${basename(file)}: ${count} objects`)
    }
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
