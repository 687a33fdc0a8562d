/** Files of which no definition is made. */
import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFolder } from '../testing/own-folder.ts'
import { initDataset } from './init-dataset.ts'

const { path: into, write } = ownFolder()
const init = (name: string, content: string | Buffer) =>
  initDataset(write(name, content), { into, force: true })
/** Letters of no language: halves of characters, and signs. */
const noText = Buffer.from('a,b\n\x81\x8d,\x8f\x90\x9d\xd2\xff\n', 'latin1')

describe('no definition is made, and it is said why,', () => {
  it.each<[what: string, content: string | Buffer, why: RegExp]>([
    ['of a page', '<!doctype html><title>Moved</title>', /an HTML page titled "Moved"/],
    ['of an empty file', '', /the file is empty/],
    ['of lines that end in CR alone, but for the last two', 'a,b\r1,2\r3,4\n\n', /no row behind.*CR alone/],
    [
      'of so many lines that end in CR alone, but for the last two, that they would be columns',
      `a,b\r${'1,2\r'.repeat(3000)}\n\n`,
      /3002 columns.*CR alone/,
    ],
    ['of a header alone', 'a,b\n', /no row behind its header/],
    ['of bytes that are no text', noText, /not UTF-8.*its encoding cannot be told.*iconv/],
    [
      'of rows that have any number of cells',
      'a,b\n1\n1,2\n1,2,3\n1\n1,2,3\n1,2,3,4\n1,2,3,4,5\n',
      /7 rows have from 1 to 5 cells, and no number of cells is that of most/,
    ],
    [
      'of too many columns',
      `${'a,'.repeat(3000)}b\n${'1,'.repeat(3000)}2\n`,
      /3001 columns, and a dataset has at most 2000/,
    ],
  ])('%s', async (_, content, why) => {
    await expect(init('none.csv', content)).rejects.toThrow(why)
  })

  it('under a name that would leave its folder, and nothing is written anywhere', async () => {
    const evil = `${basename(into)}-evil`
    const asked = initDataset(write('fine.csv', 'a,b\n1,2\n3,4\n'), { into, force: true, name: `../${evil}` })
    await expect(asked).rejects.toThrow('-evil: expected lower-case letters')
    expect(existsSync(join(into, '..', evil))).toBe(false)
  })

  it('and nothing is left of the attempt', async () => {
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = mkdtempSync(join(into, 'tmp-'))
    try {
      await expect(init('none.csv', noText)).rejects.toThrow(/not UTF-8/)
      expect(readdirSync(process.env['TMPDIR'])).toEqual([])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
  })

  it('of a file that is not there', async () => {
    await expect(initDataset(join(into, 'nobody.csv'), { into, force: true })).rejects.toThrow(
      'nobody.csv cannot be read',
    )
  })
})
