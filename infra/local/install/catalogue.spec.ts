/** All services install at once into an empty cache, from stand-ins of the package clients: slow ones that write what a package would. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { servicesOf } from '../servers/catalogue.ts'
import { readSettings } from '../settings.ts'
import { kafkaWithZookeeper, sparkJars } from '../versions.ts'

// what stand-ins write has not the checksums of the real packages; the stages are compiled by tsc, which fetches nothing
vi.mock('./checksum.ts', () => ({ requireChecksum: () => Promise.resolve() }))
vi.mock('../servers/stages.ts', async (original) => ({ ...(await original<object>()), stages: () => [] }))

let folder = ''
const path = process.env['PATH']
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'))
  mkdirSync(join(folder, 'bin'))
  process.env['PATH'] = `${join(folder, 'bin')}:${path}`
})
afterEach(() => {
  process.env['PATH'] = path
  rmSync(folder, { recursive: true, force: true })
})

/** A program that notes its call, takes its time, and does what `body` says. */
function standIn(file: string, body: string): void {
  const name = file.split('/').at(-1)!
  writeFileSync(file, `#!/bin/bash\nset -e\necho "${name} $*" >> ${folder}/calls\nsleep 0.3\n${body}\n`)
  chmodSync(file, 0o755)
}

const bin = (name: string) => join(folder, 'bin', name)

/** `python3 -m venv <folder>` makes a Python whose pip brings uv; `uv venv … <folder>` makes one with an interpreter. */
function standInForPython(): void {
  const script = (target: string, body: string) =>
    `printf '#!/bin/bash\\n%s\\n' '${body}' > ${target} && chmod +x ${target}`
  const uv = [
    `echo "uv $*" >> ${folder}/calls`,
    'sleep 0.3',
    'if [ $1 = venv ]; then mkdir -p ${@: -1}/bin; touch ${@: -1}/bin/weed',
    'else d=${4%/bin/python}; [ ! -e $d/bin/python ]; touch $d/bin/python; fi',
  ].join('; ')
  const pip = `[ "$3" = list ] || { sleep 0.3; cp ${folder}/uv $(dirname $0)/uv; }`
  writeFileSync(join(folder, 'uv'), `#!/bin/bash\nset -e\n${uv}\n`, { mode: 0o755 })
  standIn(bin('python3'), `mkdir -p "$3/bin"\n${script('"$3/bin/python"', pip)}`)
}

/** Writes a file for each artifact of the pom; the archive of the registry is unpacked by the real tar, the other one by python3 above. */
function standInForMaven(): void {
  const each =
    'grep -o "<artifactId>[^<]*</artifactId><version>[^<]*" "$pom" | sed "s/<[^>]*>/-/g; s/^-//; s/--/-/"'
  standIn(
    bin('mvn'),
    `pom=$(echo "$*" | sed 's/.* -f \\([^ ]*\\) .*/\\1/'); out=$(echo "$*" | sed 's/.*-DoutputDirectory=//')\n` +
      `[ ! -e ${folder}/maven-is-busy ]; touch ${folder}/maven-is-busy\n` +
      `${each} | while read -r jar; do touch "$out/$jar.jar"; done\nsleep 0.3\nrm ${folder}/maven-is-busy`,
  )
}

function standInForGo(): void {
  const sum = 'h1:/qdoYujxF5MBLDMVLeiYJ/7fBa1HikX39Dvzb9Ji8pA='
  standIn(bin('go'), `if [ $1 = mod ]; then echo '{"Sum": "${sum}"}'; else touch $GOBIN/minio; fi`)
}

it(
  'fills each place of the cache once, and whole, when all services install at the same time',
  { timeout: 60_000 },
  async () => {
    standInForPython()
    standInForMaven()
    standInForGo()
    const settings = readSettings({ XDG_CACHE_HOME: folder, RUN_DIR: join(folder, 'run') })

    await Promise.all(servicesOf(settings).map((service) => service.install()))

    const filled = readdirSync(settings.cacheDir).filter((name) => !name.startsWith('.'))
    expect(filled.map((name) => name.replace(/-[0-9a-f]{32}$/, '')).sort()).toEqual([
      'airflow',
      'elasticsearch-8.19.21',
      kafkaWithZookeeper.id,
      expect.stringMatching(/^minio-/),
      'registry-2.6.13.Final',
      'spark',
      sparkJars.id,
      expect.stringMatching(/^uv-/),
    ])
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
    const callsOf = (start: string) => calls.filter((call) => call.startsWith(start)).length
    expect({
      environments: callsOf('uv venv'),
      'package installs': callsOf('uv pip install'),
      uv: callsOf('python3 -m venv'),
      'Maven downloads': callsOf('mvn'),
      compilations: callsOf('go install'),
    }).toEqual({ environments: 2, 'package installs': 2, uv: 1, 'Maven downloads': 4, compilations: 1 })
    for (const name of filled) expect(existsSync(join(settings.cacheDir, name, '.whole')), name).toBe(true)
    const environments = filled.filter((name) => /^(spark|airflow)-[0-9a-f]{32}$/.test(name))
    for (const name of environments)
      expect(existsSync(join(settings.cacheDir, name, 'bin/python')), name).toBe(true)
  },
)
