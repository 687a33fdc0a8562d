/**
 * make fuzz MINUTES=30 [SEED=1] [ONLY=init]: all properties in turn, or those whose name begins so, some seconds each, with
 * another seed each time. The first that does not hold ends it, with what was found of it, made as small as can be, and the seed by which it is found again.
 */
import { cellProperties, initProperties } from './cells.ts'
import { readerProperties } from './reader.ts'

const turnMs = 10_000

const minutes = Number(process.env['MINUTES'] ?? 30)
const first = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
if (!(minutes > 0) || !Number.isSafeInteger(first))
  throw new Error('MINUTES must be a number above 0, and SEED a whole one: make fuzz MINUTES=30 SEED=1')

const only = process.env['ONLY'] ?? ''
const all = [...readerProperties, ...cellProperties, ...initProperties]
const properties = all.filter(({ name }) => name.startsWith(only))
if (properties.length === 0)
  throw new Error(`ONLY=${only} begins no name of a property: ${all.map(({ name }) => name).join('; ')}`)
const runs = new Map(properties.map(({ name }) => [name, 0]))
const end = Date.now() + minutes * 60_000
for (let seed = first; Date.now() < end; seed++)
  for (const { name, check } of properties) {
    const left = end - Date.now()
    if (left <= 0) break
    const found = await check({ seed, runs: 1e9, ms: Math.min(turnMs, left) })
    runs.set(name, runs.get(name)! + found.runs)
    if (found.broken === undefined) continue
    process.stdout.write(`does not hold: ${name}\nSEED=${seed}\n${found.broken}\n`)
    process.exit(1)
  }

process.stdout.write(`all held for ${minutes} min from SEED=${first}\n`)
for (const [name, count] of runs)
  process.stdout.write(`${count.toLocaleString('en').padStart(12)}  ${name}\n`)
