import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatasets } from './datasets.ts'
import { Health } from './health.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))
cpSync(join(import.meta.dirname, '../../../datasets'), folder, { recursive: true })
mkdirSync(join(folder, 'broken'))
writeFileSync(join(folder, 'broken/datapackage.json'), '{"name": "broken"}')

function opened() {
  const lines: string[] = []
  const log = pino(
    {},
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  )
  const health = new Health()
  const datasets = openDatasets([folder], health, log)
  return { datasets, health, lines }
}

const refusedIn = (health: Health) =>
  (health.ready().body as { refusedDatasets?: Record<string, string[]> }).refusedDatasets

describe('a stage', () => {
  it('goes on with the datasets that can be used, and tells why the others cannot', () => {
    const { datasets, health, lines } = opened()
    expect([...datasets.keys()]).toEqual(['earthquakes', 'seattle-weather'])
    expect(refusedIn(health)).toEqual({ broken: ['/resources: is missing, expected a list'] })
    expect(health.ready().ok).toBe(true)
    expect(lines).toEqual([
      `the dataset broken in ${folder}/broken is left out: /resources: is missing, expected a list`,
    ])
  })
})
