import 'reflect-metadata'
import { Module, type Provider, type Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { ApiConfig } from './env.ts'
import { httpSide } from './http-side.ts'
import { openGuard } from './http-token.ts'
import { nestLogger, type Logger } from './log.ts'
import { openApi } from './open-api.ts'
import { watchMethods } from './other-methods.ts'
import { problemFilter } from './problem.ts'

/** What a stage answers to people and programs, at a port of its own. Most stages have none. */
export interface StageApi {
  config: ApiConfig
  controllers: Type[]
  providers: Provider[]
}

export interface App {
  nest: NestFastifyApplication
  /** resolves with the address of the API, if there is one */
  listen: () => Promise<string | undefined>
}

@Module({})
class StageModule {}

/** The container of a stage, with its API. Nothing listens yet. @throws Error when others than this machine could ask, without a token */
export async function createApp(stage: string, api: StageApi | undefined, log: Logger): Promise<App> {
  const { HTTP_HOST: host = 'localhost', HTTP_PORT: port = 0 } = api?.config ?? {}
  const guard = api && (await openGuard(api.config))
  const side = httpSide(host, guard)
  const refuseOtherMethods = watchMethods(side)
  const nest = await NestFactory.create<NestFastifyApplication>(
    { module: StageModule, controllers: api?.controllers ?? [], providers: api?.providers ?? [] },
    new FastifyAdapter(side),
    // Nest's own parsers would take forms too
    { logger: nestLogger(log), bodyParser: false },
  )
  nest.useGlobalFilters(problemFilter(log))
  if (!api) return { nest, listen: async () => void (await nest.init()) }
  const document = openApi(`Data Stream Flow: ${stage}`, api.controllers, guard !== undefined)
  side.get('/v1/openapi.json', () => document)
  return {
    nest,
    async listen() {
      await nest.init()
      refuseOtherMethods()
      await nest.listen(port, host)
      return nest.getUrl()
    },
  }
}
