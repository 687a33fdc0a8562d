import { expect, test } from 'vitest'
import { defined, type Json } from '../../testing/define.ts'
import { indexTemplate, topicSchemas } from '../index.ts'

const instant = { type: 'date', format: 'epoch_millis||strict_date_optional_time' }
const keyword = { type: 'keyword', ignore_above: 1024 }

const everything = (json: Json) => {
  json.version = '1.2.0'
  json.resources[0].schema.fields[4]['x-dsf'] = { search: 'text' }
  json['x-dsf'].computed = [
    { name: 'energy', type: 'number', expression: 'mag' },
    { name: 'label', type: 'string', expression: 'kind' },
  ]
}

test('every field of a document has a mapping, and no other field is taken', () => {
  expect(indexTemplate(defined(everything))).toEqual({
    index_patterns: ['quakes-v*'],
    priority: 206,
    template: {
      settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s' },
      mappings: {
        dynamic: 'strict',
        properties: {
          '@timestamp': instant,
          location: { type: 'geo_point' },
          dsf_run: keyword,
          dsf_row: { type: 'long' },
          dsf_version: { type: 'long' },
          simulated: { type: 'boolean' },
          id: keyword,
          mag: { type: 'double' },
          stations: { type: 'long' },
          felt: { type: 'boolean' },
          kind: { type: 'text', fields: { keyword } },
          day: { type: 'date', format: 'strict_date' },
          time: instant,
          updated: instant,
          lat: { type: 'double' },
          lon: { type: 'double' },
          energy: { type: 'double' },
          label: keyword,
        },
      },
    },
    _meta: { dataset: 'quakes', version: '1.2.0' },
  })
})

test('there is no map and no time axis without the fields for it', () => {
  const { properties } = indexTemplate(defined((json) => delete json['x-dsf'])).template.mappings
  expect(Object.keys(properties)).not.toContain('location')
  expect(Object.keys(properties)).not.toContain('@timestamp')
})

test('an enriched record has no field that the strict mapping would refuse', () => {
  const dataset = defined(everything)
  const { properties } = indexTemplate(dataset).template.mappings
  for (const { name } of [...topicSchemas.clean(dataset).fields, ...topicSchemas.enriched(dataset).fields])
    expect(properties).toHaveProperty([name])
})

test('the first index has its own template, whatever the other datasets are called', () => {
  const templates = ['quakes', 'quakes-video'].map((name) =>
    indexTemplate(defined((json) => (json.name = name))),
  )
  const matching = templates.filter(({ index_patterns: [pattern] }) =>
    'quakes-video-v1'.startsWith(pattern!.slice(0, -1)),
  )
  expect(matching.sort((a, b) => b.priority - a.priority)[0]!._meta!['dataset']).toBe('quakes-video')
})
