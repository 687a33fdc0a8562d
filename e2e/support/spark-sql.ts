/** What the Spark jobs compute, in the SQL of DuckDB. */
import type { Field } from '../../libs/dataset/src/index.ts'
import type { Rows } from './compare-rows.ts'
import { queryLake } from './objects.ts'

const isNumber = ({ type }: Field) => type === 'integer' || type === 'number'

/** The clean rows, by run, type and day, as DuckDB sees them. */
export async function profilesOf(dataset: string, fields: readonly Field[]): Promise<Rows> {
  const lake = await queryLake(dataset)
  const parts = fields.map((field) => {
    const column = `"${field.column}"`
    const number = isNumber(field) ? `${column}::DOUBLE` : 'NULL::DOUBLE'
    const quantile = (share: number) => `quantile_cont(${number}, ${share})`
    return `SELECT dsf_run, type, epoch_ms(date_trunc('day', time)) AS window_start, '${field.column}' AS field,
      count(*) AS rows, count(DISTINCT id) AS keys, count(*) - count(${column}) AS nulls, count(DISTINCT ${column}) AS distinct,
      min(${number}) AS minimum, max(${number}) AS maximum, avg(${number}) AS mean,
      ${[5, 25, 50, 75, 95].map((share) => `${quantile(share / 100)} AS p${String(share).padStart(2, '0')}`).join()}
      FROM lake WHERE NOT simulated GROUP BY ALL`
  })
  return lake(parts.join(' UNION ALL '))
}

/** Each key once, with the values of the version that came first, as DuckDB sees it. */
export async function trendsOf(dataset: string, fields: readonly Field[], of: string[]): Promise<Rows> {
  const lake = await queryLake(dataset)
  const order = of.map((run, i) => `WHEN '${run}' THEN ${i}`).join(' ')
  const measured = fields.filter((f) => isNumber(f) && !['latitude', 'longitude'].includes(f.name))
  const names = of.map((run) => `'${run}'`).join()
  const parts = measured.map(({ column }) => {
    const value = `"${column}"::DOUBLE`
    return `SELECT epoch_ms(date_trunc('hour', time)) AS window_start, type, simulated, '${column}' AS field,
      count(*) AS events, count(${value}) AS "values", avg(${value}) AS mean, min(${value}) AS minimum, max(${value}) AS maximum
      FROM first GROUP BY ALL`
  })
  return lake(`WITH numbered AS (SELECT *, row_number() OVER (PARTITION BY id, simulated
      ORDER BY CASE dsf_run ${order} END, dsf_row) AS version FROM lake WHERE dsf_run IN (${names})),
    first AS (SELECT * FROM numbered WHERE version = 1) ${parts.join(' UNION ALL ')}`)
}
