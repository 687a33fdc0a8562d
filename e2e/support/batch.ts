/** The batch commands, as the DAG starts them: a process with the stages' environment. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pythonOf } from '../../infra/local/python.ts'
import { stageAddress } from '../../infra/local/servers/stages.ts'
import { environment, settings } from './stack.ts'

export interface Answer {
  /** exit code */
  code: number
  /** what people read */
  text: string
  /** the last line */
  summary: any
}

/** `python -m <command> --dataset … --run …` */
export async function batch(command: 'audit' | 'anomalies', dataset: string, run: string): Promise<Answer> {
  const { program, env } = await pythonOf(settings, 'spark')
  const urls = { INGESTOR_URL: stageAddress(settings, 'ingestor') }
  const args = ['-m', command, '--dataset', dataset, '--run', run]
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { ...process.env, ...environment, ...env, ...urls } },
      (error, stdout, stderr) => {
        const lines = stdout.trimEnd().split('\n')
        const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
        resolve({ code, text: stdout + stderr, summary: summaryOf(lines.at(-1)!) })
      },
    )
  })
}

/** A command that could not do its work says none. */
function summaryOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** What pyarrow reads in a folder, with its own idea of what folders mean; times as texts. */
export async function arrowRows(folder: string): Promise<Record<string, unknown>[]> {
  const { program, env } = await pythonOf(settings, 'spark')
  const script = `import json, sys, pyarrow.dataset as ds
rows = ds.dataset(sys.argv[1], format='parquet', partitioning='hive').to_table().to_pylist()
print(json.dumps(rows, default=str))`
  const { stdout } = await promisify(execFile)(program, ['-c', script, folder], {
    env: { ...process.env, ...env },
  })
  return JSON.parse(stdout) as Record<string, unknown>[]
}
