import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FatalError, TransientError } from '../health/failure.ts'
import { renewed, secretOf, tokenOf } from './secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-secret-'))
const file = join(folder, 'word')
afterAll(() => rmSync(folder, { recursive: true }))

describe('a secret', () => {
  it('is what its variable says, or nothing', () => {
    expect(secretOf({ A: 'word' }, 'A')).toMatchObject({ isFromFile: false })
    expect(secretOf({ A: 'word' }, 'A')!.read()).toBe('word')
    expect(secretOf({}, 'A')).toBeUndefined()
  })

  it('of a file is read each time, without the end of its line', () => {
    writeFileSync(file, ' one \n')
    const secret = secretOf({ A_FILE: file }, 'A')!
    expect([secret.isFromFile, secret.read()]).toEqual([true, ' one '])
    writeFileSync(file, 'two')
    expect(secret.read()).toBe('two')
  })

  it('cannot be said twice', () => {
    expect(() => secretOf({ A: 'x', A_FILE: file }, 'A')).toThrow(FatalError)
  })

  it.each([
    ['there is no such file', () => rmSync(file, { force: true })],
    ['which is empty', () => writeFileSync(file, '\n')],
    ['which has 1100000 bytes: expected at most 1048576', () => writeFileSync(file, 'x'.repeat(1_100_000))],
  ])('whose file is wrong is waited for, by name: %s', (reason, make) => {
    make()
    const read = secretOf({ A_FILE: file }, 'A')!.read
    expect(read).toThrow(TransientError)
    expect(read).toThrow(`A_FILE is "${file}"`)
    expect(read).toThrow(reason)
  })
})

describe('a secret with what nobody sees', () => {
  it.each([
    ['p\n\n', 'several lines'],
    ['p\rq', 'several lines'],
    ['\ufeffp\n', 'a byte order mark'],
    ['p\0', 'the control character U+0000'],
    ['p\t', 'the control character U+0009'],
    ['p\x7f', 'the control character U+007F'],
    [Buffer.from([0xff, 0xfe, 0x70, 0]), 'bytes that are no UTF-8'],
  ])('is waited for in a file, and ends the process in a variable: %j has %s', (written, what) => {
    writeFileSync(file, written)
    const read = secretOf({ A_FILE: file }, 'A')!.read
    expect(read).toThrow(TransientError)
    expect(read).toThrow(`A_FILE is "${file}", which has ${what}: expected the secret alone, in one line`)
    const told = () => secretOf({ A: written.toString() }, 'A')
    expect(told).toThrow(FatalError)
    expect(told).toThrow(`A has ${what}: expected the secret alone, in one line`)
  })

  it('is one of any other characters', () => {
    for (const word of [' p ', 'pä ß%#', '日本 🔑']) expect(secretOf({ A: word }, 'A')!.read()).toBe(word)
  })
})

describe('a file of a secret that nobody can look at is waited for, by name', () => {
  const loop = join(folder, 'loop')
  symlinkSync('loop', loop)
  it.each([
    ['ELOOP', loop],
    ['ENAMETOOLONG', join(folder, 'x'.repeat(5000))],
    ['ENOTDIR', join(file, 'inside')],
  ])('%s', (code, path) => {
    writeFileSync(file, 'word')
    const read = secretOf({ A_FILE: path }, 'A')!.read
    expect(read).toThrow(TransientError)
    expect(read).toThrow(`A_FILE is "${path}", which cannot be read: ${code}`)
  })
})

describe('a token for a header', () => {
  it('is one line without spaces: a variable that is none ends the process, a file is waited for', () => {
    writeFileSync(file, 'one\ntwo\n')
    expect(() => tokenOf({ A: 'one\ntwo' }, 'A')).toThrow(FatalError)
    const secret = tokenOf({ A_FILE: file }, 'A')!
    expect(secret.read).toThrow(TransientError)
    expect(secret.read).toThrow(`A_FILE is "${file}", which has several lines`)
    writeFileSync(file, 'one two')
    expect(secret.read).toThrow(TransientError)
    expect(secret.read).toThrow(/^A_FILE names a file with spaces/)
    writeFileSync(file, 'one\n')
    expect(secret.read()).toBe('one')
  })
})

describe('a value that is made of files', () => {
  it('is made once, and again when they changed; then the old one is ended', () => {
    let read = 'a'
    const ended: string[] = []
    let made = 0
    const value = renewed(
      () => ({ read }),
      () => `${read}${++made}`,
      (old) => void ended.push(old),
    )
    expect([value(), value()]).toEqual(['a1', 'a1'])
    read = 'b'
    expect([value(), value(), ended]).toEqual(['b2', 'b2', ['a1']])
  })
})
