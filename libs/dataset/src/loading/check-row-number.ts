import type { Dataset } from '../definition/dataset.ts'
import type { DefinedField } from '../definition/definition.ts'
import type { Refuse } from '../definition/errors.ts'
import { isPattern } from '../definition/source-pattern.ts'

/** Files of such a dataset replace each other's rows, as each begins with row 1. */
export const isKeyedByRowNumber = ({ key }: Pick<Dataset, 'key'>): boolean =>
  key.length === 1 && key[0]!.rowNumber === true

/** A number of a row tells rows apart that nothing else does, and nothing more. */
export function checkRowNumber(dataset: Dataset, authored: DefinedField[], refuse: Refuse): void {
  const { fields, key, isRowKey, source } = dataset
  const first = fields.findIndex(({ rowNumber }) => rowNumber)
  fields.forEach((field, i) => {
    if (!field.rowNumber) return
    const path = `/resources/0/schema/fields/${i}/x-dsf/rowNumber`
    if (i !== first) refuse(path, `"${fields[first]!.name}" is it already`)
    if (field.type !== 'integer') refuse(path, `"${field.name}" is of type ${field.type}, expected integer`)
    if (authored[i]!['x-dsf'].header !== undefined)
      refuse(path, 'expected none beside x-dsf.header: the file has no column of it')
    if (isRowKey || !key.includes(field)) refuse(path, 'expected in the primaryKey, which it is there for')
    if (isKeyedByRowNumber(dataset) && isPattern(source.url ?? ''))
      refuse(
        path,
        'expected another field beside it in the primaryKey, because each file of the source begins with row 1',
      )
  })
}
