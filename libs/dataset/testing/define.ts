import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDataset, type Dataset } from '../src/index.ts'

// JSON as a person writes it: most uses of it here are wrong on purpose.
export type Json = any

/** The smallest definition that has every role, for specs to change. */
export const smallDefinition = (): Json => ({
  name: 'quakes',
  resources: [
    {
      name: 'quakes',
      path: 'sample.csv',
      schema: {
        primaryKey: ['id'],
        fields: [
          { name: 'id', type: 'string' },
          { name: 'mag', type: 'number' },
          { name: 'stations', type: 'integer' },
          { name: 'felt', type: 'boolean' },
          { name: 'kind', type: 'string' },
          { name: 'day', type: 'date' },
          { name: 'time', type: 'datetime' },
          { name: 'updated', type: 'datetime', constraints: { required: true } },
          { name: 'lat', type: 'number' },
          { name: 'lon', type: 'number' },
        ],
      },
    },
  ],
  'x-dsf': {
    version: 'updated',
    eventTime: 'time',
    type: 'kind',
    geo: { latitude: 'lat', longitude: 'lon' },
  },
})

/** Loads a definition from a folder of its own, as a stage would; the folder is gone afterwards. */
export function load(json: Json, folder = String(json?.name ?? 'nameless')): Dataset {
  return loadText(JSON.stringify(json), folder)
}

export function loadText(text: string, folder = 'quakes'): Dataset {
  const parent = mkdtempSync(join(tmpdir(), 'dsf-'))
  try {
    mkdirSync(join(parent, folder), { recursive: true })
    writeFileSync(join(parent, folder, 'datapackage.json'), text)
    return loadDataset(join(parent, folder))
  } finally {
    rmSync(parent, { recursive: true })
  }
}

/** The definition above, after `change` has altered it in place. */
export function defined(change: (json: Json) => void = () => undefined): Dataset {
  const json = smallDefinition()
  change(json)
  return load(json)
}

/** A dataset of one field of interest, beside a key. */
export function datasetOfField(field: Json): Dataset {
  return defined((json) => {
    json.resources[0].schema.fields = [
      { name: 'key', type: 'string' },
      { name: 'cell', ...field },
    ]
    json.resources[0].schema.primaryKey = 'key'
    json['x-dsf'] = {}
  })
}
