import { expect, test } from 'vitest'
import { defined, load } from '../../testing/define.ts'
import definitions from '../../vectors/definitions.json' with { type: 'json' }
import vectors from '../../vectors/resolved.json' with { type: 'json' }
import { resolvedForm } from './resolved-form.ts'

const asJson = (form: object): unknown => JSON.parse(JSON.stringify(form))

test('a definition that says little is resolved to what the vectors say, which Python is held to as well', () => {
  expect(asJson(resolvedForm(load(definitions.base)))).toEqual(vectors)
})

test('a role that nobody plays is not there, and a folder never is', () => {
  const form = asJson(resolvedForm(defined((json) => (json['x-dsf'] = {}))))
  const roles = /^(folder|versionField|eventTime|typeField|geo|trends)$/
  expect(Object.keys(form as object).filter((word) => roles.test(word))).toEqual([])
})
