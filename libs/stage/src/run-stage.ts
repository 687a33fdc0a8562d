import 'reflect-metadata'
import {
  Controller,
  Get,
  Inject,
  Module,
  Res,
  type DynamicModule,
  type Provider,
  type Type,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DefinitionError } from '@dsf/dataset'
import type { FastifyReply } from 'fastify'
import { armCrashPoint } from './crash-points.ts'
import type { LaneState, Stage } from './define.ts'
import type { CommonConfig } from './env.ts'
import { Health } from './health.ts'
import { httpAdapter } from './http-side.ts'
import { LaneTransport } from './lane-transport.ts'
import { createLog, nestLogger, type Logger } from './log.ts'
import { problemFilter } from './problem.ts'
import { startTelemetry, type Telemetry } from './telemetry.ts'

/** A stop that takes longer than this is cut off; Kubernetes would wait 30 seconds. */
const stopDeadlineMs = 25_000

const telemetryToken = Symbol('telemetry')

@Controller()
class HealthController {
  readonly #health: Health
  readonly #telemetry: Telemetry

  constructor(@Inject(Health) health: Health, @Inject(telemetryToken) telemetry: Telemetry) {
    this.#health = health
    this.#telemetry = telemetry
  }

  @Get('health/live')
  live(@Res() reply: FastifyReply) {
    const { ok, body } = this.#health.live()
    return reply.status(ok ? 200 : 503).send(body)
  }

  @Get('health/ready')
  ready(@Res() reply: FastifyReply) {
    const { ok, body } = this.#health.ready()
    return reply.status(ok ? 200 : 503).send(body)
  }

  @Get('metrics')
  metrics(@Res() reply: FastifyReply) {
    reply.hijack()
    this.#telemetry.exporter.getMetricsRequestHandler(reply.request.raw, reply.raw)
  }
}

@Module({})
class StageModule {}

function stageModule(controllers: Type[], providers: Provider[]): DynamicModule {
  return { module: StageModule, controllers: [HealthController, ...controllers], providers }
}

export interface StageHttp {
  controllers?: Type[]
  providers?: Provider[]
}

/**
 * Runs a stage as a process: HTTP side, lanes, telemetry, logs, and a graceful end on SIGTERM. A failure that no retry
 * mends is logged with its sentence and ends the process with exit code 1.
 */
export async function runStage<In, S extends LaneState>(
  stage: Stage<In, S>,
  config: CommonConfig,
  http: StageHttp = {},
): Promise<void> {
  armCrashPoint(config.CRASH_AT)
  const log = createLog(stage.name, config.LOG_LEVEL)
  const telemetry = startTelemetry(stage.name)
  const health = new Health()
  const fatal = (error: Error) => void endWithError(log, () => app?.close(), error)
  let app: NestFastifyApplication | undefined
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
    const providers = [
      { provide: Health, useValue: health },
      { provide: telemetryToken, useValue: telemetry },
      ...(http.providers ?? []),
    ]
    app = await NestFactory.create<NestFastifyApplication>(
      stageModule(http.controllers ?? [], providers),
      httpAdapter(config.HTTP_HOST),
      { logger: nestLogger(log) },
    )
    app.useGlobalFilters(problemFilter(log))
    app.connectMicroservice({ strategy: transport })
    stopOnSignals(app, health, telemetry, log)
    await app.listen(config.HTTP_PORT, config.HTTP_HOST)
    health.start()
    await app.startAllMicroservices()
    log.info({ address: await app.getUrl() }, 'stage is up')
  } catch (error) {
    await endWithError(log, () => app?.close(), error as Error)
  }
}

let ending = false

async function endWithError(
  log: Logger,
  close: () => Promise<void> | undefined,
  error: Error,
): Promise<void> {
  if (ending) return
  ending = true
  // a person wrote what is wrong with a definition: no stack says more
  log.fatal(error instanceof DefinitionError ? {} : { err: error }, error.message)
  await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, 5000))]).catch(() => undefined)
  process.exit(1)
}

function stopOnSignals(app: NestFastifyApplication, health: Health, telemetry: Telemetry, log: Logger): void {
  const stop = async (signal: string) => {
    if (ending) return
    ending = true
    log.info({ signal }, 'stopping')
    health.stop()
    setTimeout(() => process.exit(1), stopDeadlineMs).unref()
    await app.close()
    await telemetry.stop().catch(() => undefined)
    process.exit(0)
  }
  process.once('SIGTERM', (signal) => void stop(signal))
  process.once('SIGINT', (signal) => void stop(signal))
}
