import { describe, expect, test } from 'vitest'
import { load, type Json } from '../../testing/define.ts'
import vectors from '../../vectors/definitions.json' with { type: 'json' }
import { DefinitionError } from '../index.ts'

interface Case {
  what: string
  set?: Record<string, unknown>
  remove?: string[]
  refused: string[]
}

describe('a definition is accepted, or refused with all that is wrong:', () => {
  test.each(vectors.cases as Case[])('$what', ({ set = {}, remove = [], refused }) => {
    const json = structuredClone(vectors.base) as Json
    for (const [pointer, value] of Object.entries(set))
      at(json, pointer, (parent, key) => (parent[key] = value))
    for (const pointer of remove) at(json, pointer, (parent, key) => Reflect.deleteProperty(parent, key))
    expect(pathsOf(() => load(json, 'quakes'))).toEqual(refused.toSorted())
  })
})

function at(json: Json, pointer: string, change: (parent: Json, key: string) => unknown): void {
  const steps = pointer.split('/').slice(1)
  const key = steps.pop()!
  change(
    steps.reduce<Json>((value, step) => value[step], json),
    key,
  )
}

function pathsOf(action: () => unknown): string[] {
  try {
    action()
    return []
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems.map(({ path }) => path).toSorted()
    throw error
  }
}
