/** Which of two numbers of a date is the day. A day above the 12th tells; otherwise the order of the rows, and their steps. */
import { fits, readerOf, type TimesFound, type TimesUnclear, type TimeType } from './read-times.ts'
import { otherWayRound } from './time-forms.ts'

/** One way to read the rows. */
interface Walk {
  form: string
  /** share of the neighbours that follow each other upwards, or downwards; 0 when there are too few that differ */
  order: number
  steps: number
  /** in days, of those that are any */
  shortest: number
  longest: number
  /** all are the first of a month */
  areFirsts: boolean
}

/** So many steps show how rows go on; steps so much longer are jumps. */
const [fewestSteps, muchLonger] = [3, 3]
const evenFrom = 5
const monthDays = 27

/** @param format one that fits all texts, and may fit the other way round */
export function judgeOrder(texts: string[], type: TimeType, format: string): TimesFound | TimesUnclear {
  const other = otherWayRound(format)
  if (!other || !fits(texts, type, other))
    return { type, format, why: other ? 'one of its numbers is above 12' : '', isGuess: false }
  const walks = [format, other].map((form) => walkOf(texts, type, form)) as [Walk, Walk]
  const found = betterOf(walks) ?? betterOf([walks[1], walks[0]])
  if (found) return { type, ...found, isGuess: true }
  return {
    unclear: `${format} and ${other}`,
    why: `${format} and ${other} both fit`,
    doubt: `day and month cannot be told apart: ${format} and ${other} both fit all cells. Make it a date with the right "format"`,
  }
}

function walkOf(texts: string[], type: TimeType, form: string): Walk {
  const read = readerOf(type, form)
  const days = texts.map((text) => (read(text) as number) / (type === 'date' ? 1 : 86_400_000))
  const steps = days.slice(1).flatMap((day, i) => (day === days[i] ? [] : [day - days[i]!]))
  const up = steps.filter((step) => step > 0).length
  let [shortest, longest] = [Infinity, 0]
  for (const step of steps.map(Math.abs)) {
    shortest = Math.min(shortest, step)
    longest = Math.max(longest, step)
  }
  const order = steps.length < fewestSteps ? 0 : Math.max(up, steps.length - up) / steps.length
  const areFirsts = days.every((day) => new Date(day * 86_400_000).getUTCDate() === 1)
  return { form, order, steps: steps.length, shortest, longest, areFirsts }
}

/** Undefined where nothing speaks for the first. Days of a January are even steps, and so are the first days of as many months. */
function betterOf([one, other]: [Walk, Walk]): Pick<TimesFound, 'format' | 'why'> | undefined {
  if (one.order < 1) return undefined
  const format = one.form
  if (other.order < 1) return { format, why: `its rows are in order so, and not as ${other.form}` }
  const isEven = one.steps >= evenFrom && one.longest * muchLonger <= other.longest
  if (!isEven || (other.areFirsts && other.shortest >= monthDays)) return undefined
  return { format, why: `its rows go on in even steps so, and jump as ${other.form}` }
}
