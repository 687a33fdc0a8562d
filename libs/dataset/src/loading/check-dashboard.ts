import type { PanelDefinition } from '../definition/dashboard.ts'
import type { Dataset } from '../definition/dataset.ts'
import type { Refuse } from '../definition/errors.ts'

const numeric = new Set(['integer', 'number'])

/** Refuses a field that is not there, or of a type that its panel cannot draw. */
export function checkDashboard(
  { dashboard: wanted, fields, computed }: Pick<Dataset, 'dashboard' | 'fields' | 'computed'>,
  has: { place: boolean; time: boolean },
  note: Refuse,
): void {
  if (!wanted) return
  const types = new Map<string, string>([
    ...fields.map(({ column, type }): [string, string] => [column, type]),
    ...computed.map(({ name, type }): [string, string] => [name, type]),
  ])
  const refuse: Refuse = (path, expected) => note(`/x-dsf/dashboard/${path}`, expected)
  const named = (path: string, name: string | undefined, mustBeNumber = false) => {
    if (name === undefined) return
    const type = types.get(name)
    if (type === undefined)
      refuse(path, `no column is named "${name}"; the columns are ${[...types.keys()].join(', ')}`)
    else if (mustBeNumber && !numeric.has(type)) refuse(path, `"${name}" is a ${type}, expected a number`)
  }
  wanted.filters?.forEach((name, i) => named(`filters/${i}`, name))
  wanted.panels.forEach((one, i) => {
    for (const [path, name, mustBeNumber] of namesOf(one)) named(`panels/${i}/${path}`, name, mustBeNumber)
    const lacking = lackOf(one, has.place, has.time)
    if (lacking) refuse(`panels/${i}/${lacking[0]}`, lacking[1])
  })
}

/** What a panel needs and has not, with its place. */
function lackOf(one: PanelDefinition, hasPlace: boolean, hasTime: boolean): [string, string] | undefined {
  if ('map' in one && !hasPlace) return ['map', 'expected x-dsf.geo for a map']
  if ('trend' in one && !hasTime) return ['trend', 'expected x-dsf.eventTime for a trend']
  const measure = 'metric' in one ? one.metric : 'trend' in one ? one.trend : 'count'
  return measure !== 'count' && !('of' in one && one.of) ? ['of', 'expected a field'] : undefined
}

type Named = [path: string, name: string | undefined, mustBeNumber?: boolean]

/** Every field that a panel names, with its place in the panel. */
function namesOf(one: PanelDefinition): Named[] {
  if ('metric' in one) return [['of', one.of, one.metric !== 'distinct']]
  if ('trend' in one)
    return [
      ['of', one.of, one.trend !== 'distinct'],
      ['split', one.split],
    ]
  if ('histogram' in one) return [['histogram', one.histogram, true]]
  if ('grid' in one) return one.grid.map((name, i): Named => [`grid/${i}`, name, true])
  if ('top' in one)
    return [
      ['top', one.top],
      ...one.with.map(({ metric, of }, i): Named => [`with/${i}/of`, of, metric !== 'distinct']),
    ]
  if ('table' in one) return [...one.table.map((name, i): Named => [`table/${i}`, name]), ['sort', one.sort]]
  const { size, color, show } = one.map
  return [
    ['map/size', size, true],
    ['map/color', color, true],
    ...show.map((name, i): Named => [`map/show/${i}`, name]),
  ]
}
