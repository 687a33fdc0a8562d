/**
 * The operator's command, which bin/dsf starts: dsf <noun> <verb> <dataset, id or folder> [options]. A thin client of the stages'
 * HTTP side: data goes to stdout, everything else to stderr; it ends with 0, with 1 when it failed, with 2 when it was
 * called wrongly.
 */
import { parseArgs } from 'node:util'
import type { Api } from '../client/http.ts'
import { apiOf } from '../local/run-client.ts'
import { readSettings } from '../local/settings.ts'
import { readToken } from '../local/token.ts'
import { commands, usage, type Command, type Options } from './commands.ts'
import { printable, render, type Format } from './render.ts'

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
        state: { type: 'string' },
        dataset: { type: 'string' },
        name: { type: 'string' },
        into: { type: 'string' },
        cursor: { type: 'string' },
        datasets: { type: 'string' },
        prefix: { type: 'string' },
        'index-prefix': { type: 'string' },
        bucket: { type: 'string' },
        principal: { type: 'string' },
        replicas: { type: 'string' },
        'min-insync': { type: 'string' },
        create: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '900' },
        help: { type: 'boolean', short: 'h', default: false },
        dry: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        wait: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function apiFrom({ url = process.env['INGESTOR_URL'] }: { url?: string }): Api {
  return url ? { url: url.replace(/\/+$/, ''), token: readToken() } : apiOf(readSettings())
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parse(args)
  const [noun = '', verb = '', ...subjects] = positionals
  if (values.help || noun === 'help') {
    process.stdout.write(`${usage}\n`)
    return
  }
  const command = commands[`${noun} ${verb}`]
  const format = formats.find((known) => known === values.output)
  if (!command) throw new UsageError(`unknown command "${[noun, verb].join(' ').trim()}"`)
  if (!format) throw new UsageError(`-o ${values.output} is unknown: choose one of ${formats.join(', ')}`)
  if (!(Number(values.timeout) > 0))
    throw new UsageError(`--timeout ${values.timeout} is no number of seconds`)
  if (subjects.length !== command.subjects.length)
    throw new UsageError(`${noun} ${verb} takes ${command.subjects.join(' and ') || 'options alone'}`)
  const options: Options = { ...values, dryRun: values['dry-run'] }
  await print(command, await command.run(apiFrom(values), subjects, options), format)
}

async function print(command: Command, answer: unknown, format: Format): Promise<void> {
  for await (const one of isSeveral(answer) ? answer : [answer])
    process.stdout.write(printed(command, one, format))
}

const isSeveral = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer

const printed = ({ text, rows }: Command, answer: unknown, format: Format): string =>
  text && format === 'table' ? text(answer as never) : render(answer, rows, format)

try {
  await main(process.argv.slice(2))
} catch (error) {
  const wrong = error instanceof UsageError
  // may quote a header
  const message = (error as Error).message.split('\n').map(printable).join('\n')
  process.stderr.write(`${message}\n${wrong ? `\n${usage}\n` : ''}`)
  process.exitCode = wrong ? 2 : 1
}
