import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { within } from '../ready.ts'
import { cached } from './cache.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const shown = () => readdirSync(folder).filter((name) => !name.startsWith('.'))
const programOf = (id: string) => readFileSync(join(folder, id, 'program'), 'utf8')

/** Another process that fills `tool-1`, telling in `fills` that it has begun, until the file `go` is there. */
function fillElsewhere(): ChildProcess {
  const script = `
    import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
    import { setTimeout } from 'node:timers/promises'
    import { cached } from '${import.meta.dirname}/cache.ts'
    await cached('${folder}', 'tool-1', async (into) => {
      writeFileSync(into + '/program', 'half')
      appendFileSync('${folder}/.fills', 'begun\\n')
      while (!existsSync('${folder}/.go')) await setTimeout(10)
      writeFileSync(into + '/program', 'whole')
    })`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

const fillsBegun = () =>
  existsSync(join(folder, '.fills')) ? readFileSync(join(folder, '.fills'), 'utf8').split('\n').length - 1 : 0
const untilBegun = (fills: number) =>
  within(20_000, () =>
    fillsBegun() >= fills ? Promise.resolve() : Promise.reject(new Error(`${fillsBegun()} fills began`)),
  )
const exitOf = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

it('fills a folder once', async () => {
  let fills = 0
  const fill = async (into: string) => writeFileSync(join(into, 'program'), String(++fills))
  await cached(folder, 'tool-1', fill)
  await cached(folder, 'tool-1', fill)
  expect([fills, shown()]).toEqual([1, ['tool-1']])
})

it('fills a folder once for all who ask for it at the same time', async () => {
  let fills = 0
  const fill = async (into: string) => {
    fills++
    await new Promise((resolve) => setImmediate(resolve))
    writeFileSync(join(into, 'program'), 'whole')
  }
  await Promise.all([1, 2, 3, 4].map(() => cached(folder, 'tool-1', fill)))
  expect([fills, programOf('tool-1'), shown()]).toEqual([1, 'whole', ['tool-1']])
})

it('fills a folder once for two processes that ask for it at the same time', async () => {
  const children = [fillElsewhere(), fillElsewhere()]
  const ends = Promise.all(children.map(exitOf))
  await untilBegun(1)
  writeFileSync(join(folder, '.go'), '')
  expect(await ends).toEqual([0, 0])
  expect([fillsBegun(), programOf('tool-1'), shown()]).toEqual([1, 'whole', ['tool-1']])
})

it('fills a folder anew for who waited, when the process that filled it is killed', async () => {
  const first = fillElsewhere()
  await untilBegun(1)
  const waiting = cached(folder, 'tool-1', async (into) => writeFileSync(join(into, 'program'), 'anew'))
  first.kill('SIGKILL')
  await waiting
  expect([programOf('tool-1'), shown()]).toEqual(['anew', ['tool-1']])
})

it('throws away a folder that an older version left half done, and makes it again', async () => {
  mkdirSync(join(folder, 'tool-1/lib'), { recursive: true })
  mkdirSync(join(folder, 'tool-1.partial-1/bin'), { recursive: true })
  await cached(folder, 'tool-1', async (into) => writeFileSync(join(into, 'program'), 'whole'))
  expect([readdirSync(join(folder, 'tool-1')), shown()]).toEqual([['.whole', 'program'], ['tool-1']])
})

it('makes a whole folder again that does not work any more', async () => {
  const fill = async (into: string) => writeFileSync(join(into, 'program'), '')
  const hasProgram = (path: string) => existsSync(join(path, 'program'))
  await cached(folder, 'tool-1', fill, hasProgram)
  rmSync(join(folder, 'tool-1/program'))
  await cached(folder, 'tool-1', fill, hasProgram)
  expect(programOf('tool-1')).toBe('')
})

it('leaves nothing behind when a fill fails, and lets the next one try', async () => {
  const failing = cached(folder, 'tool-1', () => Promise.reject(new Error('no network')))
  await expect(failing).rejects.toThrow('no network')
  expect(shown()).toEqual([])
  await cached(folder, 'tool-1', async (into) => writeFileSync(join(into, 'program'), 'whole'))
  expect(programOf('tool-1')).toBe('whole')
})
