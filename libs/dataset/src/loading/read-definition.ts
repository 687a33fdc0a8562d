import { definition, type Definition } from '../definition/definition.ts'
import type { Refuse } from '../definition/errors.ts'
import { describeIssue, valueAt } from './describe-issue.ts'
import { checkWords } from './unknown-words.ts'

export interface ReadDefinition {
  /** with stand-ins for what is wrong, so that the rest can be checked too; none when too little is left */
  definition: Definition | undefined
  /** is what stands at this path wrong already? */
  isWrong: (path: string) => boolean
}

type Path = PropertyKey[]

/** Checks the shape of a definition, and tells every problem of it. */
export function readDefinition(json: unknown, refuse: Refuse): ReadDefinition {
  const wrong = new Set<string>()
  const once: Refuse = (path, expected) => {
    if (!wrong.has(path)) refuse(path, expected)
    wrong.add(path)
  }
  checkWords(json, once)
  let result = definition.safeParse(json)
  for (const issue of result.error?.issues ?? [])
    for (const { path, expected } of describeIssue(json, issue)) once(path, expected)
  const rest = structuredClone(json)
  // what is taken out may leave something out that must be there: at most as deep as a definition is
  for (let round = 0; round < 6 && result.error; round++) {
    for (const issue of result.error.issues)
      for (const path of issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [...issue.path, key])
        : [issue.path])
        mend(rest, path)
    result = definition.safeParse(rest)
  }
  return { definition: result.data, isWrong: (path) => wrong.has(path) }
}

/** What must be there gets a stand-in, which nothing in a definition can be meant by; what need not be is taken out. */
function mend(json: unknown, path: Path): void {
  const [key, ...up] = path.toReversed()
  const parent = valueAt(json, up.toReversed()) as Record<PropertyKey, unknown> | null | undefined
  if (key === undefined || typeof parent !== 'object' || parent === null) return
  const standIn = standIns.find(([pattern]) => pattern.test(path.join('/')))
  if (standIn) parent[key] = standIn[1](path)
  else if (Array.isArray(parent) || parent[key] === undefined) mend(json, up.toReversed())
  else Reflect.deleteProperty(parent, key)
}

const fields = 'resources/0/schema/fields/\\d+'
const nobody = (path: Path) => `\0${String(path[4] ?? '')}`

const standIns: [pattern: RegExp, make: (path: Path) => unknown][] = [
  [/^name$/, () => 'a'],
  [/^resources\/0\/(name|path)$/, () => 'a'],
  [/^resources\/0\/schema\/primaryKey/, nobody],
  [new RegExp(`^${fields}$`), (path) => ({ name: nobody(path), type: 'string' })],
  [new RegExp(`^${fields}/name$`), nobody],
  [new RegExp(`^${fields}/type$`), () => 'string'],
]

/** A name that stands in for one that is missing or wrong: no field's own name holds a NUL. */
export const isStandIn = (name: string): boolean => name.startsWith('\0')
