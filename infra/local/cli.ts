/** The commands behind the Makefile: node infra/local/cli.ts <command>. What they take comes from the environment, see README.md. */
import { StackError } from './errors.ts'
import { showLogs } from './logs.ts'
import { reindexDataset } from './reindex.ts'
import { sayRefused } from './refused.ts'
import { runDataset } from './run-client.ts'
import { say, seconds } from './say.ts'
import { trustOwnAuthority } from './secure/certificates.ts'
import { readSettings, type Settings } from './settings.ts'
import { cleanStack, startStack, stopStack } from './stack.ts'
import { stackStatus, statusTable } from './status.ts'

type Command = (settings: Settings) => Promise<number | void>

const commands: Record<string, Command> = {
  up,
  down,
  status,
  logs: showLogs,
  run: runDataset,
  reindex: reindexDataset,
  clean: cleanStack,
}

async function up(settings: Settings): Promise<void> {
  const start = Date.now()
  await startStack(settings)
  await sayRefused(settings)
  say(
    'stack',
    `ready after ${seconds(start)} (${settings.kafka}, ${settings.store}); make status shows where, make down stops it`,
  )
}

async function down(settings: Settings): Promise<void> {
  await stopStack(settings)
  say('stack', 'down')
}

async function status(settings: Settings): Promise<void> {
  await sayRefused(settings)
  const found = await stackStatus(settings)
  process.stdout.write(
    settings.env['FORMAT'] === 'json' ? `${JSON.stringify(found)}\n` : `${statusTable(found.services)}\n`,
  )
}

async function main(name = ''): Promise<number> {
  const command = commands[name]
  if (!command)
    throw new StackError(`Unknown command "${name}": choose one of ${Object.keys(commands).join(', ')}.`)
  const settings = readSettings()
  trustOwnAuthority(settings)
  return (await command(settings)) ?? 0
}

try {
  process.exitCode = await main(process.argv[2])
} catch (error) {
  if (!(error instanceof StackError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exitCode = 1
}
