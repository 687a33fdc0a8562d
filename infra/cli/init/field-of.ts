import type { Field, FieldType } from '@dsf/dataset'
import type { Column } from './column.ts'

/** A field as it is when the definition says nothing more of it. */
export const fieldOf = (name: string, type: FieldType, more: Partial<Field> = {}): Field => ({
  ...{
    name,
    header: name,
    column: name,
    type,
    format: 'default',
    required: false,
    constraints: {},
    decimalChar: '.',
  },
  ...{ missingValues: [''], trueValues: [], falseValues: [], trim: true, case: 'keep', search: 'keyword' },
  ...more,
})

/** The field that a column becomes, as far as its cells are read by it. */
export const fieldOfColumn = ({ name, type, format, locale, tokens, marks, ...column }: Column): Field =>
  fieldOf(name, type, {
    ...{ format: format ?? 'default', missingValues: missingOf(column) },
    ...(locale === undefined ? {} : { locale }),
    ...{ ...tokens, ...marks },
  })

/** The cells that hold no value. */
export const missingOf = ({ missing, emptyIsValue }: Pick<Column, 'missing' | 'emptyIsValue'>): string[] =>
  emptyIsValue ? missing : ['', ...missing]
