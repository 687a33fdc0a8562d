/** Files of which no definition can be made, and why. */
import { hintOf } from '../../../apps/ingestor/src/reading/read-header.ts'
import { largestRow } from '@dsf/dataset'
import { counted } from './findings.ts'
import type { UnreadableRow } from '../../../apps/ingestor/src/reading/block.ts'
import type { Scanned } from './scan-rows.ts'

/** A row of more cells is no table that anybody charts; a dataset has 2,000 columns at most. */
const mostColumns = 2000
/** A line end that is none to us stands in the first line of a file. */
const hintedBytes = 64 * 1024

/** @throws Error that says why */
export function refuseFile(scanned: Scanned, bytes: Buffer): void {
  refuseUnreadable(scanned, bytes.toString('latin1', 0, hintedBytes))
  refuseMisfits(scanned)
}

export const isTooLong = ({ reason }: UnreadableRow): boolean => reason.startsWith('longer than')

/** More than half of the rows do not fit the first line: then that is none of them. */
function refuseMisfits({ rows, unreadable: [first, ...others] }: Scanned): void {
  if (!first || others.length < rows.length || rows.length === 0) return
  const total = counted(rows.length + others.length + 1, 'row')
  const long = [first, ...others].filter(isTooLong).length
  if (long > others.length / 2)
    throw new Error(
      `${long} of ${total} ${long === 1 ? 'is' : 'are'} longer than ${counted(largestRow, 'byte')}, which a dataset reads of one at most: publish such cells as files of their own, or leave their column out`,
    )
  refuseRagged([first, ...others], total)
  throw new Error(
    `${others.length + 1} of ${total} cannot be read, so its first line is hardly its header: take out what stands above that. The first one is row ${first.row}: ${first.reason}`,
  )
}

function refuseUnreadable({ header, rows, unreadable }: Scanned, beginning: string): void {
  const total = rows.length + unreadable.length
  if (header.length > mostColumns)
    throw new Error(
      `the file has ${header.length} columns, and a dataset has at most ${mostColumns}${total === 0 ? hintOf(beginning) : ''}`,
    )
  if (total === 0)
    throw new Error(
      `the file has no row behind its header, so nothing can be told of its columns${hintOf(beginning)}`,
    )
  if (rows.length === 0)
    throw new Error(
      `none of ${counted(total, 'row')} can be read: ${unreadable[0]!.reason} (row ${unreadable[0]!.row})`,
    )
}

/** No number of cells is that of most of them: another first line would be no better header. */
function refuseRagged(unreadable: UnreadableRow[], total: string): void {
  const widths = unreadable.flatMap(({ reason }) => /cells: (\d+)/.exec(reason)?.slice(1).map(Number) ?? [])
  const counts = new Map<number, number>()
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
  if (Math.max(0, ...counts.values()) * 2 >= widths.length) return
  const [fewest, most] = [Math.min(...counts.keys()), Math.max(...counts.keys())]
  throw new Error(
    `${total} have from ${fewest} to ${most} cells, and no number of cells is that of most: a table has as many in each row`,
  )
}
