/** The image of the batch commands, as Jobs: what they say of a run, and of one that nobody knows. */
import type { Run } from '../../../infra/client/runs.ts'
import type { ClusterSettings } from '../../../infra/k8s-local/settings.ts'
import { runJob, type Ended } from './job.ts'

interface Case {
  readonly command: 'audit' | 'anomalies'
  readonly run: string
  readonly code: number
  readonly said: RegExp
}

const casesOf = ({ runId, counters }: Run): readonly Case[] => [
  {
    ...{ command: 'audit', run: runId, code: 0 },
    said: new RegExp(`Pandas and the stages agree on all ${counters['read']} rows\\.`),
  },
  { command: 'anomalies', run: runId, code: 0, said: new RegExp(`^{.*"run": "${runId}", "findings": `) },
  { command: 'audit', run: 'nobody-knows', code: 2, said: /^audit: .*nobody-knows/ },
]

export async function faultsOfBatch(settings: ClusterSettings, run: Run): Promise<string[]> {
  const faults: string[] = []
  for (const one of casesOf(run)) faults.push(...faultsOf(one, await runCommand(settings, one)))
  return faults
}

/** No Spark job runs here, whose tables may be of before. */
const options = { audit: ['--no-spark'], anomalies: [] }

const runCommand = (settings: ClusterSettings, { command, run }: Case) =>
  runJob(settings, {
    ...{ name: `batch-${command}`, from: 'batch' },
    args: [command, ...options[command], '--dataset', 'earthquakes', '--run', run],
  })

function faultsOf({ command, run, code, said }: Case, ended: Ended): string[] {
  if (ended.code === code && ended.lines.some((line) => said.test(line))) return []
  const last = ended.lines.slice(-3).join(' ')
  return [
    `${command} of run ${run} ended with exit code ${ended.code}, expected ${code} and ${said}: ${last}`,
  ]
}
