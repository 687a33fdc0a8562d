import type { IndexTemplate } from '@dsf/dataset'
import type { NamedIndex } from '../src/elasticsearch.ts'

/** An index of its own that is made of a template of ours, perhaps without some fields. */
export function ownIndex(template: IndexTemplate, alias: string, without: string[] = []): NamedIndex {
  const { settings, mappings } = template.template
  const properties = Object.fromEntries(
    Object.entries(mappings.properties).filter(([name]) => !without.includes(name)),
  )
  const own = { ...template, index_patterns: [`${alias}-0*`] }
  return {
    ...{ alias, name: alias, first: `${alias}-000001` },
    template: { ...own, template: { settings, mappings: { ...mappings, properties } } },
  }
}
