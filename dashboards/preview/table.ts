/** A panel's rows as a table: what is shown of a table panel, and what stands beside every chart for those who cannot see it. */
import type { Dashboard, Panel } from '../panel.ts'
import type { ResultRow } from '../queries.ts'
import { metricTitle } from './charts.ts'
import { escaped } from './html.ts'

interface Column {
  name: string
  title: string
}

export function tableOf(dashboard: Dashboard, panel: Panel, rows: ResultRow[]): string {
  const columns = columnsOf(dashboard, panel)
  const isNumber = ({ name }: Column) =>
    rows.some((row) => typeof row[name] === 'number') && !isTime(dashboard, name)
  const right = new Set(columns.filter(isNumber))
  const cell = (tag: string, column: Column, text: string, more = '') =>
    `<${tag}${more}${right.has(column) ? ' class="right"' : ''}>${escaped(text)}</${tag}>`
  const head = columns.map((column) => cell('th', column, column.title, ' scope="col"')).join('')
  const body = rows.map(
    (row) =>
      `<tr>${columns.map((column) => cell('td', column, shown(dashboard, column.name, row))).join('')}</tr>`,
  )
  const caption = escaped(panel.title)
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}"><table>
<thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody>
</table></div>`
}

export const titleOf = ({ fields }: Dashboard, field: string): string => {
  const { title = field, unit } = fields[field] ?? {}
  return unit ? `${title} (${unit})` : title
}

function columnsOf(dashboard: Dashboard, panel: Panel): Column[] {
  const named = (name: string, title: string): Column => ({ name, title })
  const field = (name: string) => named(name, titleOf(dashboard, name))
  switch (panel.kind) {
    case 'metric':
      return [named('value', metricTitle(panel.metric))]
    case 'trend': {
      const group = panel.split ? [named('key', titleOf(dashboard, panel.split))] : []
      return [named('time', 'From'), ...group, named('value', metricTitle(panel.metric))]
    }
    case 'histogram':
      return [named('x', `${titleOf(dashboard, panel.field)}, from`), named('value', 'Documents')]
    case 'grid': {
      const [x, y] = [panel.x.field, panel.y.field].map((name) => `${titleOf(dashboard, name)}, from`)
      return [named('x', x!), named('y', y!), named('value', 'Documents')]
    }
    case 'top': {
      const metrics = panel.metrics.map((metric, i) => named(`value${i + 2}`, metricTitle(metric)))
      return [named('key', titleOf(dashboard, panel.field)), named('value', panel.counts), ...metrics]
    }
    case 'map':
      return [...panel.show.map(field), named('lat', 'Latitude'), named('lon', 'Longitude')]
    case 'table':
      return panel.columns.map(field)
  }
}

const isTime = ({ fields }: Dashboard, name: string): boolean =>
  name === 'time' || fields[name]?.type === 'datetime'

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 3 })

function shown(dashboard: Dashboard, name: string, row: ResultRow): string {
  const value = row[name] ?? null
  if (value === null) return ''
  if (typeof value !== 'number') return String(value)
  return isTime(dashboard, name)
    ? new Date(value).toISOString().replace('T', ' ').slice(0, 16)
    : numbers.format(value)
}
