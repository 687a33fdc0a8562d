import { authored, caster, type Caster } from './casts.ts'
import type { Field } from '../definition/dataset.ts'
import { DefinitionError } from '../definition/errors.ts'

/** What each way to be bounded is called in a definition. */
type BoundName = 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'

/**
 * A bound as a cell of its text would be read: `1,5` where the field has a decimal comma. Undefined where there is none, and for one that cannot be
 * read, which the rules of the field refuse.
 */
export function boundOf(field: Field, name: BoundName): number | undefined {
  const written = field.constraints[name]
  if (written === undefined) return undefined
  const casting = casterOf(field)
  const bound = casting && authored(field, casting.cast, written)
  return typeof bound === 'number' ? bound : undefined
}

function casterOf(field: Field): Caster | undefined {
  try {
    return caster(field, (at, expected) => new DefinitionError('field', at, expected))
  } catch (error) {
    if (error instanceof DefinitionError) return undefined
    throw error
  }
}
