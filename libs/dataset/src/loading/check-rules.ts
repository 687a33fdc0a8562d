import { topicSchemas } from '../records/avro.ts'
import type { Dataset, Field } from '../definition/dataset.ts'
import { DefinitionError, type Refuse } from '../definition/errors.ts'
import { compileExpressions } from '../computing/expressions.ts'
import { largestSchema } from '../definition/limits.ts'
import { readRules } from '../cells/values.ts'

/** Refuses every rule of a field that cannot be compiled: its format, then each constraint by itself, then the default. */
export function checkRules(field: Field, path: string, refuse: Refuse): void {
  const plain = { ...field, constraints: {}, default: undefined }
  if (!compiles(() => readRules(plain, '', path), refuse)) return
  const constraints = Object.entries(field.constraints).filter(
    ([word]) => word !== 'required' && word !== 'unique',
  )
  const fine = constraints.filter(([word, value]) =>
    compiles(() => readRules({ ...plain, constraints: { [word]: value } }, '', path), refuse),
  )
  compiles(() => readRules({ ...field, constraints: Object.fromEntries(fine) }, '', path), refuse)
}

const standIns = { string: '""', integer: '0.0', number: '0.0', boolean: 'true' }

/** Refuses every expression that does not compile; those behind it may use its name all the same. */
export function checkExpressions(dataset: Dataset, refuse: Refuse): void {
  const computed = [...dataset.computed]
  const refuseAndMend: Refuse = (path, expected) => {
    const i = Number(/computed\/(\d+)/.exec(path)![1])
    computed[i] = { ...computed[i]!, expression: standIns[computed[i]!.type] }
    refuse(path, expected)
  }
  // as many as anybody is shown
  for (let wrong = 0; wrong < 50; wrong++)
    if (compiles(() => compileExpressions({ ...dataset, computed }), refuseAndMend)) return
}

/** The widest record must be one that the registry takes. */
export function checkSchema(dataset: Dataset, refuse: Refuse): void {
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(topicSchemas.enriched(dataset))))
  if (bytes > largestSchema)
    refuse(
      '/resources/0/schema/fields',
      `the schema of its records takes ${bytes} bytes, expected at most ${largestSchema}: fewer fields, or shorter names, titles and expressions`,
    )
}

function compiles(compile: () => unknown, refuse: Refuse): boolean {
  try {
    compile()
    return true
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error
    for (const { path, expected } of error.problems) refuse(path, expected)
    return false
  }
}
