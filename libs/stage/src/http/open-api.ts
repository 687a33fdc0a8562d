import { STATUS_CODES } from 'node:http'
import type { Type } from '@nestjs/common'
import { z } from 'zod'
import { callOf, type Contract, type DeclaredCall } from './call.ts'
import { problemType } from './problem.ts'

/**
 * The document of an API (OpenAPI 3.1), made from the contracts of its controllers. By zod's own JSON Schema: @nestjs/swagger makes OpenAPI
 * 3.0 of it, asks for a decorator more at each answer, and brings a user interface along.
 */
export function openApi(title: string, controllers: Type[], withToken: boolean) {
  const paths: Record<string, Record<string, object>> = {}
  for (const { path, method, name, contract } of controllers.flatMap(callsOf))
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name, contract) }
  return {
    openapi: '3.1.0',
    info: { title, version: '1' },
    ...(withToken ? { security: [{ token: [] }] } : {}),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemDetails, 'output') },
      ...(withToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  }
}

const problemDetails = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().describe('a sentence for people'),
  errors: z.array(z.string()).optional().describe('its parts, where there are several'),
})

function callsOf(controller: Type): (DeclaredCall & { name: string })[] {
  const prototype = controller.prototype as Record<string, object>
  const base = String(Reflect.getMetadata('path', controller))
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const call = callOf(prototype[name]!)
    return call
      ? [{ ...call, name: `${controller.name}.${name}`, path: templateOf(`${base}/${call.path}`) }]
      : []
  })
}

/** `v1/runs/:runId` as `/v1/runs/{runId}`. */
const templateOf = (path: string) =>
  `/${path.replaceAll(/:(\w+)/g, '{$1}')}`.replaceAll(/\/+/g, '/').replace(/\/$/, '')

function operation(
  operationId: string,
  { summary, path, query, headers, body, answers, problems }: Contract,
) {
  return {
    operationId,
    summary,
    parameters: [
      ...parametersOf('path', path),
      ...parametersOf('query', query),
      ...parametersOf('header', headers),
    ],
    ...(body ? { requestBody: requestBody(body) } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [status, answer(status, schema)]),
      ),
      ...Object.fromEntries(
        Object.entries(problems ?? {}).map(([status, when]) => [status, problemWhen(when)]),
      ),
      default: problemWhen('a request that is not understood or not allowed, or a fault of the stage'),
    },
  }
}

function parametersOf(place: 'path' | 'query' | 'header', schema: z.ZodObject | undefined): object[] {
  const { properties = {}, required = [] } = schema ? schemaOf(schema, 'input') : {}
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }))
}

const requestBody = (schema: z.ZodType) => ({
  required: !schema.safeParse(undefined).success,
  content: { 'application/json': { schema: schemaOf(schema, 'input') } },
})

const answer = (status: string, schema: z.ZodType) => ({
  description: STATUS_CODES[status],
  content: { 'application/json': { schema: schemaOf(schema, 'output') } },
})

const problemWhen = (description: string) => ({
  description,
  content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
})

function schemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
