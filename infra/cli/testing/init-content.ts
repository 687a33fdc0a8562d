import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { initDataset } from '../init/init-dataset.ts'
import { ownFolder } from './own-folder.ts'

interface Field {
  name: string
  type: string
  [word: string]: unknown
  'x-dsf'?: { header?: string; column?: string }
}

interface Definition {
  resources: [{ dialect?: Record<string, unknown>; schema: { fields: Field[] } }]
  'x-dsf': { reading?: Record<string, unknown>; source?: Record<string, unknown> }
}

/** In a folder of its own: what `init` makes of a file with this content, and what its definition says. */
export function initializer() {
  const { path: into, write } = ownFolder()
  return async (content: string) => {
    const made = await initDataset(write('file.csv', content), { into, force: true })
    const { resources, 'x-dsf': more } = JSON.parse(
      readFileSync(join(made.folder, 'datapackage.json'), 'utf8'),
    ) as Definition
    const [{ dialect, schema }] = resources
    return { ...made, dialect, fields: schema.fields, reading: more.reading, source: more.source }
  }
}
