/** What the bytes of a file say as text, and in which encoding; it is told, because a wrong one is another text in silence. */
import { isUtf8 } from 'node:buffer'
import { encodingOf } from '@dsf/dataset'
import { analyse } from 'chardet'
import { decoded } from '../../../apps/ingestor/src/reading/decoders.ts'
import { lineFeeds } from '../../../apps/ingestor/src/reading/line-ends.ts'
import { counted, type Finding } from './findings.ts'
import { isMacRoman } from './mac-roman.ts'
import { isPlausible } from './plausible-text.ts'
import type { Sample } from './take-sample.ts'

export interface Text {
  /** in UTF-8, without byte order mark */
  bytes: Buffer
  /** what a definition has to say, because the file does not say it itself */
  encoding?: string
  /** where its lines end in CR alone. They end in LF in `bytes`, which a definition of the file reads too */
  lineTerminator?: '\r'
  findings: Finding[]
}

type Found = Pick<Finding, 'answer' | 'sure' | 'why'>

const marks: readonly (readonly [encoding: string, mark: Buffer])[] = [
  ['utf-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['utf-16le', Buffer.from([0xff, 0xfe])],
  ['utf-16be', Buffer.from([0xfe, 0xff])],
]
/** Letters repeat; more of them take longer and say the same. */
const judgedBytes = 2 ** 20
const likelyFrom = 50

/** @throws Error that names an encoding that is not read, and the way out */
export function readText(sample: Sample): Text {
  const marked = marks.find(([, mark]) => sample.bytes.subarray(0, mark.length).equals(mark))
  const found = marked
    ? ({ answer: marked[0], sure: 'certain', why: 'its byte order mark' } as const)
    : foundIn(sample)
  const isSaid = marked !== undefined || found.answer === 'utf-8'
  const why = sample.compression ? `${found.why}; in ${sample.compression}` : found.why
  const lines = readLines(Buffer.from(decoded(found.answer, sample.bytes)))
  return {
    ...lines,
    ...(isSaid ? {} : { encoding: found.answer }),
    findings: [{ about: 'encoding', ...found, why }, ...lines.findings],
  }
}

/** A file with a CR and no LF, but as its last byte, has no other end of a line. */
function readLines(bytes: Buffer): Pick<Text, 'bytes' | 'lineTerminator' | 'findings'> {
  const last = /\r?\n$/.exec(bytes.toString('latin1', bytes.length - 2))?.[0] ?? ''
  const lines = bytes.subarray(0, bytes.length - last.length)
  if (lines.includes('\n') || !lines.includes('\r')) return { bytes, findings: [] }
  const finding: Finding = {
    ...{ about: 'end of lines', answer: 'CR', sure: 'certain' },
    why: `it has no LF${last === '' ? '' : ' but the last byte'}, which ends the lines of others`,
  }
  return { bytes: lineFeeds(bytes), lineTerminator: '\r', findings: [finding] }
}

function foundIn({ bytes, isWhole, contentType }: Sample): Found {
  // a sample may end within a letter
  const whole = isWhole ? bytes : bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1]
  if (isUtf8(whole)) return utf8(whole, charset)
  const told = charset === undefined ? undefined : encodingOf(charset)
  if (told === undefined || told === 'utf-8') return byItsLetters(whole)
  return { answer: told, sure: 'likely', why: `its server says ${charset}` }
}

/** Every byte is a letter of some encoding, so what is no UTF-8 can only be told by how often its letters are met. */
function byItsLetters(bytes: Buffer): Found {
  const best = analyse(bytes.subarray(0, judgedBytes)).find(({ name }) => couldBe(name, bytes))
  const found = best && encodingOf(best.name === 'ISO-8859-9' ? 'windows-1254' : best.name)
  if (found === undefined || found === 'utf-8') throw notRead(best)
  const isUsual = readsAlike(found, 'windows-1252', bytes)
  if (isUsual && isMacRoman(bytes))
    return {
      ...{ answer: 'macintosh', sure: 'guess' },
      why: 'no UTF-8; as Windows-1252 some of its words would have capitals or signs within them',
    }
  const why = `no UTF-8; how often its letters are met says ${best!.name}, with ${best!.confidence} %`
  const sure = best!.confidence >= likelyFrom ? 'likely' : 'guess'
  return { answer: isUsual ? 'windows-1252' : found, sure, why: why + (isUsual ? sameIn(found) : '') }
}

/** What cannot be read as it is another one; of what is not known here that is not known either. */
function couldBe(name: string, bytes: Buffer): boolean {
  const known = encodingOf(name)
  return known === undefined || isPlausible(known, decoded(known, bytes))
}

const notRead = (best: { name: string } | undefined) =>
  new Error(
    `the file is not UTF-8, and ${best ? `seems to be ${best.name}, which is not read` : 'its encoding cannot be told'}: iconv -f <its encoding> -t utf-8 <file>`,
  )

const sameIn = (found: string) =>
  found === 'windows-1252' ? '' : ', and all its letters are the same in this one'

/** Then the more usual one is said: it has the letters of the next file, too. */
const readsAlike = (one: string, other: string, bytes: Buffer): boolean =>
  one === other || decoded(one, bytes) === decoded(other, bytes)

const utf8 = (bytes: Buffer, charset: string | undefined): Found => ({
  ...{ answer: 'utf-8', sure: 'certain' },
  why: `${counted(bytes.length, 'byte')} of UTF-8${charset ? `; its server says ${charset}` : ''}`,
})
