import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RequestError } from './problem.ts'

/**
 * What a call of the API takes and gives, said once: requests are checked by it, handlers typed, and the OpenAPI document written. A part
 * that is left out is not looked at; of the headers only those that are named are.
 */
export interface Contract {
  summary: string
  path?: z.ZodObject
  query?: z.ZodObject
  headers?: z.ZodObject
  body?: z.ZodType
  /** by status; the lowest is the usual one */
  answers: Record<number, z.ZodType>
  /** by status, when; what every call may answer is not repeated: 400, 401, 403, 408, 413, 415, 431, 500 */
  problems?: Record<number, string>
}

const parts = ['path', 'query', 'headers', 'body'] as const
type Part = (typeof parts)[number]

/** A request as its contract says, checked, with defaults filled in. */
export type Asked<C extends Contract> = {
  [P in Part as C[P] extends z.ZodType ? P : never]: z.output<Extract<C[P], z.ZodType>>
}

type Answer<C extends Contract> = z.input<C['answers'][keyof C['answers']]>
type Handler<C extends Contract> = (asked: Asked<C>, reply: FastifyReply) => Answer<C> | Promise<Answer<C>>

export type Method = 'GET' | 'POST' | 'DELETE'

export interface DeclaredCall {
  method: Method
  path: string
  contract: Contract
}

const key = Symbol('call')

/** Undefined for a method of a controller that is no call. */
export const callOf = (method: object) => Reflect.getMetadata(key, method) as DeclaredCall | undefined

/**
 * Makes a method of a controller a call of the API. It takes what `@Asked()` gives and returns an answer; for another status than the
 * usual one it takes `@Res({ passthrough: true })` too. It throws a RequestError for a problem.
 */
export function Call<C extends Contract>(method: Method, path: string, contract: C) {
  const usual = Number(Object.keys(contract.answers)[0])
  const call: DeclaredCall = { method, path, contract }
  return applyDecorators(
    RequestMapping({ method: RequestMethod[method], path }),
    HttpCode(usual),
    SetMetadata(key, call),
  ) as <H extends Handler<C>>(target: object, name: string, method: TypedPropertyDescriptor<H>) => void
}

/** The request of a call, as its contract says. */
export const Asked = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { contract } = callOf(context.getHandler())!
  const { params, query, headers, body } = context.switchToHttp().getRequest<FastifyRequest>()
  return checked(contract, { path: params, query, headers, body })
})

/** @throws RequestError 400 with a sentence for each thing that is wrong */
function checked(contract: Contract, given: Record<Part, unknown>): Partial<Record<Part, unknown>> {
  const results = parts.flatMap((part) => {
    const result = contract[part]?.safeParse(given[part])
    return result ? [{ part, ...result }] : []
  })
  const errors = results.flatMap(({ part, error }) =>
    (error?.issues ?? []).map(({ path, message }) => `${[part, ...path].join('.')}: ${message}`),
  )
  if (errors.length > 0) throw new RequestError(400, errors.join('; '))
  return Object.fromEntries(results.map(({ part, data }) => [part, data]))
}

/** A whole number in a query, where everything is text. */
export const numberIn = (min: number, max: number, usual: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text),
    z.int().min(min).max(max).default(usual),
  )

/** Seconds in a query, parts of one too: 0 when it says nothing. */
export const secondsUpTo = (max: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^[\d.e+-]{1,30}$/i.test(text) ? Number(text) : text),
    z.number().min(0).max(max).default(0),
  )
