// node --conditions=@dsf/source snap.ts <worktree> <outdir> files...
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
const [tree, out, ...files] = process.argv.slice(2)
const { initDataset } = await import(join(tree!, 'infra/cli/init/init-dataset.ts'))
mkdirSync(out!, { recursive: true })
for (const file of files) {
  const from = performance.now()
  const lines: string[] = []
  try {
    const made = await initDataset(file, { name: 'x', into: join(out!, 'd', basename(file)), force: true })
    const d = JSON.parse(readFileSync(join(made.folder, 'datapackage.json'), 'utf8'))
    const { dialect, schema, encoding } = d.resources[0]
    lines.push(JSON.stringify({ dialect, encoding, ...d['x-dsf'], primaryKey: schema.primaryKey }))
    for (const f of schema.fields) lines.push('  ' + JSON.stringify(f))
    for (const f of made.findings) if (!f.about.startsWith('column ')) lines.push(`  - ${f.about}: ${f.answer} (${f.sure}) ${f.why}`)
    for (const x of made.doubts) lines.push('  ! ' + x)
    lines.push('  ' + JSON.stringify(made.tried.counts) + JSON.stringify(made.tried.tolerated))
    if (made.tried.counts.refused) lines.push('  ' + JSON.stringify(made.tried.rows ?? made.tried).slice(0, 1500))
  } catch (error) { lines.push('  NONE ' + (error as Error).message) }
  const s = ((performance.now() - from) / 1000).toFixed(1)
  console.log(basename(file), s + 's')
  writeFileSync(join(out!, basename(file) + '.txt'), lines.join('\n') + '\n')
}
