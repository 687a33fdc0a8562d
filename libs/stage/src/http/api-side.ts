import 'reflect-metadata'
import { Module, type Type } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { ApiConfig } from '../settings/env.ts'
import { httpSide } from './http-side.ts'
import { openGuard } from './http-token.ts'
import { nestLogger, type Logger } from '../health/log.ts'
import { openApi } from './open-api.ts'
import { watchMethods } from './other-methods.ts'
import { problemFilter } from './problem.ts'

/** What a stage answers to people and programs, at a port of its own. Most stages have none. */
export interface StageApi {
  config: ApiConfig
  controllers: Type[]
  /** what the controllers ask for by its class */
  instances: object[]
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
  const { config, controllers, instances } = api ?? none
  const guard = await openGuard(config)
  const side = httpSide(config.HTTP_HOST, guard)
  const refuseOtherMethods = watchMethods(side)
  const nest = await NestFactory.create<NestFastifyApplication>(
    { module: StageModule, controllers, providers: instances.map(provider) },
    new FastifyAdapter(side),
    // Nest's own parsers would take forms too
    { logger: nestLogger(log), bodyParser: false },
  )
  nest.useGlobalFilters(problemFilter(log))
  if (!api) return { nest, listen: async () => void (await nest.init()) }
  const document = openApi(`Data Stream Flow: ${stage}`, controllers, guard !== undefined)
  side.get('/v1/openapi.json', () => document)
  return {
    nest,
    async listen() {
      await nest.init()
      refuseOtherMethods()
      await nest.listen(config.HTTP_PORT, config.HTTP_HOST)
      return nest.getUrl()
    },
  }
}

const none: StageApi = { config: { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 }, controllers: [], instances: [] }
const provider = (instance: object) => ({ provide: instance.constructor, useValue: instance })
