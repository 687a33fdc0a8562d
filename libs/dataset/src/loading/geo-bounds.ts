import { boundOf } from '../cells/bounds.ts'
import type { Dataset, Field } from '../definition/dataset.ts'
import type { Refuse } from '../definition/errors.ts'

const most = { latitude: 90, longitude: 180 }

/**
 * A place on the map implies its bounds: Elasticsearch would refuse the document, long after the row was counted as clean.
 * A definition may say narrower ones, and no wider ones.
 */
export function implyBounds(
  geo: NonNullable<Dataset['geo']>,
  pathOf: (field: Field) => string,
  refuse: Refuse,
): void {
  for (const axis of ['latitude', 'longitude'] as const) {
    const field = geo[axis]
    const { minimum = -most[axis], maximum = most[axis] } = field.constraints
    const bounded = { ...field, constraints: { ...field.constraints, minimum, maximum } }
    const tooWide = (bound: 'minimum' | 'maximum') =>
      refuse(
        `${pathOf(field)}/constraints/${bound}`,
        `expected a ${axis}, from -${most[axis]} to ${most[axis]}`,
      )
    // what cannot be read is refused elsewhere
    if ((boundOf(bounded, 'minimum') ?? 0) < -most[axis]) tooWide('minimum')
    if ((boundOf(bounded, 'maximum') ?? 0) > most[axis]) tooWide('maximum')
    field.constraints = bounded.constraints
  }
}
