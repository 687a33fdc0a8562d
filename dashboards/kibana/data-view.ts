import type { Dashboard } from '../panel.ts'
import { savedObject, text, type SavedObject } from './saved-objects.ts'

export const dataViewId = ({ id }: Dashboard): string => `${id}-view`

/** The alias as Kibana's data view. Its fields are read from the index, so that a new one is there at once. */
export function dataView(dashboard: Dashboard): SavedObject {
  const { index, title, timeField, fields } = dashboard
  const labels = Object.entries(fields)
    .filter(([name, field]) => field.title !== name)
    .map(([name, field]) => [name, { customLabel: field.title }])
  return savedObject('index-pattern', dataViewId(dashboard), {
    title: index,
    name: title,
    ...(timeField ? { timeFieldName: timeField } : {}),
    allowNoIndex: true,
    fieldAttrs: text(Object.fromEntries(labels)),
    fieldFormatMap: text({}),
    fields: text([]),
    runtimeFieldMap: text({}),
    sourceFilters: text([]),
  })
}
