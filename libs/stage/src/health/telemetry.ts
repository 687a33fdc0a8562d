import {
  context,
  metrics,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { NodeSDK } from '@opentelemetry/sdk-node'
import { ScrapeReader } from './scrape-reader.ts'

export interface Spans {
  /** A span per batch, never per row. All spans of a run, in every stage, are one trace: its id is the run's. */
  batch<T>(run: string | undefined, attributes: Attributes, work: () => Promise<T>): Promise<T>
}

export interface Telemetry {
  /** in the text format of Prometheus */
  metrics: () => Promise<string>
  spans: Spans
  stop: () => Promise<void>
}

/**
 * Metrics are served for Prometheus by our own HTTP side; traces go where the standard OTEL_EXPORTER_OTLP_* variables say, and nowhere when
 * they say nothing. Then the Node SDK is not loaded: all exporters that there are come with it.
 */
export async function startTelemetry(stage: string): Promise<Telemetry> {
  // the others tell the machine, the user and the command line, to whoever may read metrics
  const detected = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })
  const resource = resourceFromAttributes({ 'service.name': `dsf-${stage}` }).merge(detected)
  const reader = new ScrapeReader()
  const meters = new MeterProvider({ resource, readers: [reader] })
  metrics.setGlobalMeterProvider(meters)
  const traces = await startTraces(resource)
  // the spans of a run that another process began have an id all the same, for the log
  if (!traces) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const stop = async () => void (await Promise.all([meters.shutdown(), traces?.shutdown()]))
  return { metrics: () => reader.text(), spans: spansOf(stage), stop }
}

async function startTraces(resource: Resource): Promise<NodeSDK | undefined> {
  // the SDK's own variables: it reads them itself, we only change its default from a local collector to none
  // eslint-disable-next-line no-restricted-properties
  const { env } = process
  env.OTEL_TRACES_EXPORTER ??= env.OTEL_EXPORTER_OTLP_ENDPOINT ? 'otlp' : 'none'
  env.OTEL_LOGS_EXPORTER ??= 'none'
  const isAsked = env.OTEL_TRACES_EXPORTER !== 'none' || env.OTEL_LOGS_EXPORTER !== 'none'
  if (!isAsked || env.OTEL_SDK_DISABLED === 'true') return undefined
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  const sdk = new NodeSDK({ resource, autoDetectResources: false, metricReaders: [], instrumentations: [] })
  sdk.start()
  return sdk
}

function spansOf(stage: string): Spans {
  const tracer = trace.getTracer('dsf')
  return {
    batch: (run, attributes, work) =>
      tracer.startActiveSpan(
        `${stage} batch`,
        { attributes: { ...attributes, 'dsf.run': run } },
        runContext(run),
        async (span) => {
          try {
            return await work()
          } catch (error) {
            span.recordException(error as Error)
            span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message })
            throw error
          } finally {
            span.end()
          }
        },
      ),
  }
}

/** Run ids are 32 hexadecimal digits for this reason: they are trace ids, so no record has to carry a trace header. */
function runContext(run: string | undefined): Context {
  if (run === undefined || !/^(?!0{32})[0-9a-f]{32}$/.test(run)) return context.active()
  return trace.setSpanContext(context.active(), {
    traceId: run,
    spanId: run.slice(0, 16),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  })
}
