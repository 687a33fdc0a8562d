import { setTimeout as sleep } from 'node:timers/promises'
import { DefinitionError } from '@dsf/dataset'
import { createApp, type App, type StageApi } from './http/api-side.ts'
import { armCrashPoint } from './settings/crash-points.ts'
import type { LaneState, Stage } from './batches/define.ts'
import type { CommonConfig } from './settings/env.ts'
import { Health } from './health/health.ts'
import { openHealthSide } from './http/health-side.ts'
import { LaneTransport } from './lane-transport.ts'
import { createLog, type Logger } from './health/log.ts'
import { startTelemetry } from './health/telemetry.ts'

/** A stop that takes longer than this is cut off; Kubernetes would wait 30 seconds. */
const stopDeadlineMs = 25_000

/**
 * Runs a stage as a process: health, API, lanes, telemetry, logs, and a graceful end on SIGTERM. A failure that no retry
 * mends is logged with its sentence and ends the process with exit code 1.
 */
export async function runStage<In, S extends LaneState>(
  stage: Stage<In, S>,
  config: CommonConfig,
  api?: StageApi,
): Promise<void> {
  armCrashPoint(config.CRASH_AT)
  const log = createLog(stage.name, config.LOG_LEVEL)
  const telemetry = await startTelemetry(stage.name)
  const health = new Health()
  let app: App | undefined
  const fatal = (error: Error) => void endWithError(log, app, error)
  try {
    for (const [name, check] of Object.entries(stage.dependencies ?? {})) health.require(name, check)
    const transport = new LaneTransport({
      stage: stage as unknown as Stage,
      config,
      health,
      log,
      spans: telemetry.spans,
      onFatal: fatal,
    })
    app = await createApp(stage.name, api, log)
    app.nest.connectMicroservice({ strategy: transport })
    stopOnSignals(app, health, telemetry.stop, log)
    const probes = await openHealthSide(config, health, telemetry, log)
    const address = await app.listen()
    health.start()
    await app.nest.startAllMicroservices()
    log.info({ health: probes.listeningOrigin, api: address }, 'stage is up')
  } catch (error) {
    fatal(error as Error)
  }
}

let ending = false

async function endWithError(log: Logger, app: App | undefined, error: Error): Promise<void> {
  if (ending) return
  ending = true
  // a person wrote what is wrong with a definition: no stack says more
  log.fatal(error instanceof DefinitionError ? {} : { err: error }, error.message)
  await Promise.race([app?.nest.close(), sleep(5000)]).catch(() => undefined)
  process.exit(1)
}

/** Health is answered to the last: it says that the process is stopping. */
function stopOnSignals({ nest }: App, health: Health, stopTelemetry: () => Promise<void>, log: Logger): void {
  const stop = async (signal: string) => {
    if (ending) return
    ending = true
    log.info({ signal }, 'stopping')
    health.stop()
    setTimeout(() => process.exit(1), stopDeadlineMs).unref()
    await nest.close()
    await stopTelemetry().catch(() => undefined)
    process.exit(0)
  }
  process.once('SIGTERM', (signal) => void stop(signal))
  process.once('SIGINT', (signal) => void stop(signal))
}
