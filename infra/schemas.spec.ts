import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { datasetsFolders, staleFiles, wantedFiles, writeFiles } from './schemas.ts'

const datasets = join(import.meta.dirname, '../datasets')

test('the schemas in git follow from the definitions; if not: node_modules/.bin/node --conditions=@dsf/source infra/schemas.ts', () => {
  expect(datasetsFolders.flatMap(staleFiles)).toEqual([])
})

test('a file that is missing, changed or left over is found, and put right', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
  const schemas = join(folder, 'earthquakes/schemas')
  try {
    cpSync(datasets, folder, { recursive: true })
    rmSync(join(schemas, 'clean.avsc'))
    writeFileSync(join(schemas, 'raw.avsc'), '{}\n')
    writeFileSync(join(schemas, 'old.avsc'), '{}\n')
    expect(staleFiles(folder)).toEqual(
      ['clean.avsc', 'old.avsc', 'raw.avsc'].map((name) => join(schemas, name)),
    )
    writeFiles(folder)
    expect(staleFiles(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the same definitions give the same bytes', () => {
  expect(wantedFiles(datasets)).toEqual(wantedFiles(datasets))
})
