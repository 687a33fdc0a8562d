/**
 * The operator's command: node infra/cli/dsf.ts <noun> <verb> <dataset or id> [options]. A thin client of the ingestor's
 * HTTP side: data goes to stdout, everything else to stderr; it ends with 0, with 1 when it failed, with 2 when it was
 * called wrongly.
 */
import { parseArgs } from 'node:util'
import { readSettings } from '../local/settings.ts'
import { stageAddress } from '../local/servers/stages.ts'
import { commands, usage, type Options } from './commands.ts'
import { render, type Format } from './render.ts'

class UsageError extends Error {}

const formats = ['table', 'json', 'jsonl'] as const

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o', default: 'table' },
        stage: { type: 'string' },
        code: { type: 'string' },
        run: { type: 'string' },
        limit: { type: 'string' },
        key: { type: 'string' },
        source: { type: 'string' },
        url: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        wait: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parse(args)
  const [noun = '', verb = '', ...subjects] = positionals
  const command = commands[`${noun} ${verb}`]
  const format = formats.find((known) => known === values.output)
  if (!command) throw new UsageError(`unknown command "${noun} ${verb}"`)
  if (!format) throw new UsageError(`-o ${values.output} is unknown: choose one of ${formats.join(', ')}`)
  if (subjects.length !== command.subjects.length)
    throw new UsageError(`${noun} ${verb} needs ${command.subjects.join(' and ')}`)
  const url = values.url ?? process.env['INGESTOR_URL'] ?? stageAddress(readSettings(), 'ingestor')
  const { output: _, url: __, 'dry-run': dryRun, ...rest } = values
  const answer = await command.run(url, subjects, { ...rest, dryRun } satisfies Options)
  process.stdout.write(render(answer, command.rows, format satisfies Format))
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const wrong = error instanceof UsageError
  process.stderr.write(`${(error as Error).message}\n${wrong ? `\n${usage}\n` : ''}`)
  process.exitCode = wrong ? 2 : 1
}
