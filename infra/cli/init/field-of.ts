import type { Field, FieldType } from '@dsf/dataset'

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
