import { isSpanContextValid, trace } from '@opentelemetry/api'
import { pino, type Logger } from 'pino'

export type { Logger }

/** Structured logs on standard output, one JSON object a line, with the trace id of the span they are written in. */
export function createLog(stage: string, level: string): Logger {
  return pino({
    level,
    base: { stage },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext()
      return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {}
    },
  })
}

/** What Nest itself has to say, through the same log. */
export function nestLogger(log: Logger) {
  const at =
    (level: 'info' | 'warn' | 'error' | 'debug') =>
    (message: unknown, ...rest: unknown[]) =>
      log[level]({ context: rest.at(-1) }, String(message))
  return { log: at('debug'), error: at('error'), warn: at('warn'), debug: at('debug'), verbose: at('debug') }
}

/** kafkajs writes through this. Its retries are its daily business, and what fails for good reaches us as an error. */
export function kafkaLogger(log: Logger, heard: () => void) {
  return () => (entry: { log: { message: string; error?: string } }) => {
    heard()
    log.debug({ kafka: entry.log.error }, entry.log.message)
  }
}
