import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics'

/**
 * Metrics when they are asked for, in the text format of Prometheus. OpenTelemetry's own exporter says every gauge that
 * it ever saw again for ever, with its last value: the lag of a lane that another process has, the dataset that went.
 * Gauges are read anew at each look instead (as "delta", which of a gauge is its value now); what is summed stays summed.
 */
export class ScrapeReader extends MetricReader {
  #last: Promise<unknown> = Promise.resolve()
  readonly #serializer = new PrometheusSerializer('', false, /^service\./)

  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE
          ? AggregationTemporality.DELTA
          : AggregationTemporality.CUMULATIVE,
    })
  }

  /** Looks come one after another: two at once would share what was observed, and only the first would get it. */
  text(): Promise<string> {
    const look = this.#last.then(() => this.collect())
    this.#last = look.catch(() => undefined)
    return look.then(({ resourceMetrics }) => this.#serializer.serialize(resourceMetrics))
  }

  // nothing is held back, and no server runs
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
