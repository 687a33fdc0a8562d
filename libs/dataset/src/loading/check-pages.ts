import type { Definition } from '../definition/definition.ts'
import { encodingOf } from '../definition/encodings.ts'
import type { Refuse } from '../definition/errors.ts'
import type { Pages } from '../definition/http-source.ts'

const counted = { needs: ['parameter'], takes: ['limit', 'limitParameter', 'first', 'last'] } as const

/** The words of a kind of paging, beside `by` and `maxPages`. */
const words: Record<Pages['by'], { needs: readonly (keyof Pages)[]; takes: readonly (keyof Pages)[] }> = {
  link: { needs: [], takes: [] },
  cursor: { needs: ['parameter', 'header'], takes: [] },
  offset: counted,
  number: counted,
}

type IsWrong = (path: string) => boolean

/** What a source says of an API that cannot be, or not together. */
export function checkHttp(
  { resources, 'x-dsf': { source, reading } }: Definition,
  isWrong: IsWrong,
  refuse: Refuse,
): void {
  const isHttp = /^https?:/i.test(source.url ?? '') || isWrong('/x-dsf/source/url')
  for (const word of ['post', 'oauth', 'pages'] as const)
    if (source[word] && !isHttp)
      refuse(
        `/x-dsf/source/${word}`,
        'expected a source.url that begins with http:// or https://, whose server it is for',
      )
  if (source.pages) checkPages(source.pages, isWrong, refuse)
  const problem = source.pages && gluing(resources[0]!, reading)
  if (problem) refuse('/x-dsf/source/pages', problem)
}

function checkPages(pages: Pages, isWrong: IsWrong, refuse: Refuse): void {
  const path = '/x-dsf/source/pages'
  const { needs, takes } = words[pages.by]
  const known = new Set<string>(['by', 'maxPages', ...needs, ...takes])
  const isMissing = (word: keyof Pages) => pages[word] === undefined && !isWrong(`${path}/${word}`)
  for (const word of needs)
    if (isMissing(word)) refuse(`${path}/${word}`, `is missing, which "by": "${pages.by}" needs`)
  for (const word of Object.keys(pages))
    if (!known.has(word)) refuse(`${path}/${word}`, `expected none beside "by": "${pages.by}"`)
  if (!known.has('limit') || !isMissing('limit')) return
  if (pages.limitParameter !== undefined)
    refuse(`${path}/limitParameter`, 'expected a limit beside it, which is sent in it')
  if (pages.last === 'short')
    refuse(`${path}/last`, 'expected a limit beside it, than which a page is shorter')
}

/** Lines that are no rows may stand in each page, where only the reader of the whole file knows them. */
const ofLines = ['headerRows', 'commentRows', 'commentChar']

/** Why the pages of such a file cannot become one. */
function gluing(
  { compression, encoding, dialect }: Definition['resources'][0],
  reading: Definition['x-dsf']['reading'],
): string | undefined {
  if (compression !== undefined) return 'expected none beside a compression: pages are put together as text'
  const lines = ofLines.find((word) => dialect[word] !== undefined)
  if (lines) return `expected none beside dialect.${lines}: a page is its header and its rows`
  if (dialect.lineTerminator === '\r')
    return 'expected none beside lines that end in CR, in which rows cannot be told apart before it is read'
  if (reading?.footer !== undefined)
    return 'expected none beside reading.footer: a page is its header and its rows'
  if (!encodingOf(encoding)?.startsWith('utf-16')) return undefined
  return 'expected none beside an encoding of two bytes, in which rows cannot be told apart before it is read'
}
