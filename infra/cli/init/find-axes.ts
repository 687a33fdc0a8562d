import { readRules } from '@dsf/dataset'
import type { Column } from './column.ts'
import { fieldOfColumn } from './field-of.ts'
import { numbered, type Numbered } from './key-columns.ts'

/** Fewer numbers may be in order by chance. */
const fewestSteps = 6
/** Steps of one axis for each of the one before it. */
const fewestWithin = 2

/** What all else was measured at: the first column of numbers, or the first two or three, in steps that all go one way. */
export function axesOf(columns: Column[], rows: string[][]): Column[] {
  if (rows.length < fewestSteps) return []
  for (let count = 1; count <= 3 && count < Math.max(2, columns.length); count++) {
    const axes = columns.slice(0, count)
    if (!axes.every(isOfNumbers)) return []
    if (goOneWay(axes, rows)) return axes
  }
  return []
}

/** Columns in which a grid is looked for, and the fewest steps of one. */
const [mostAxes, fewestOfGrid] = [4, 3]

/** Two columns of numbers, each of one of which stands beside each of the other, once. */
export function gridOf(columns: Column[], rows: string[][]): Column[] {
  const able = columns
    .filter(isOfNumbers)
    .slice(0, mostAxes)
    .flatMap((column) => numbered(column, rows) ?? [])
  const pairs = able.flatMap((one, i) => able.slice(i + 1).map((other) => [one, other] as const))
  return pairs.find(([one, other]) => isGrid(one, other, rows.length))?.map(({ column }) => column) ?? []
}

function isGrid(one: Numbered, other: Numbered, rows: number): boolean {
  if (Math.min(one.distinct, other.distinct) < fewestOfGrid || one.distinct * other.distinct !== rows)
    return false
  return new Set(one.numbers.map((number, i) => number * other.distinct + other.numbers[i]!)).size === rows
}

const isOfNumbers = ({ type, filled, cells }: Column) =>
  (type === 'number' || type === 'integer') && filled === cells

/** The last of the axes goes one way while those before it stay, which they do for some rows each time. */
function goOneWay(axes: Column[], rows: string[][]): boolean {
  const readers = axes.map((column) => readRules(fieldOfColumn(column)))
  const ways = axes.map(() => 0)
  const steps = axes.map(() => 0)
  let before: number[] | undefined
  for (const row of rows) {
    const numbers = axes.map(({ at }, i) => readers[i]!(row[at]!) as number)
    if (before) {
      const moved = numbers.findIndex((number, i) => number !== before![i])
      if (moved < 0) return false
      const way = Math.sign(numbers[moved]! - before[moved]!)
      if (ways[moved] !== 0 && ways[moved] !== way) return false
      ways[moved] = way
      steps[moved]!++
    }
    before = numbers
  }
  return steps.every((count, i) => count > 0 && (i === 0 || count >= steps[i - 1]! * fewestWithin))
}
