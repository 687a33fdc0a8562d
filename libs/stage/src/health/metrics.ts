import { metrics, type Attributes } from '@opentelemetry/api'
import { namesOf, type Counters, type TopicKind } from '@dsf/dataset'
import type { FailureKind } from './failure.ts'

interface LagPlace {
  dataset: string
  topic: string
  partition: number
}

/** The metrics that every stage has, as `dsf_<stage>_…`. Counted per batch. */
export class StageMetrics {
  readonly #in
  readonly #out
  readonly #rejected
  readonly #rows
  readonly #seconds
  readonly #failures
  readonly #names
  readonly #lags = new Map<string, { lag: () => number; attributes: Attributes }>()

  /** @param refused how many datasets are left out */
  constructor(stage: string, refused: () => number = () => 0, names = namesOf()) {
    this.#names = names
    const meter = metrics.getMeter('dsf')
    const name = (what: string) => `dsf_${stage.replaceAll('-', '_')}_${what}`
    this.#in = meter.createCounter(name('rows_in'), { description: 'records read' })
    this.#out = meter.createCounter(name('rows_out'), {
      description: 'records written, in committed transactions',
    })
    this.#rejected = meter.createCounter(name('rejected'), { description: 'records refused, by reason' })
    this.#rows = meter.createCounter(name('rows'), {
      description: 'what became of the records, as in the receipt',
    })
    this.#seconds = meter.createHistogram(name('batch_seconds'), {
      description: 'from fetched to committed',
      advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] },
    })
    this.#failures = meter.createCounter(name('failures'), {
      description: 'batches that had to be tried again, by kind',
    })
    meter
      .createObservableGauge(name('refused_datasets'), {
        description: 'datasets that are left out because their definition cannot be used',
      })
      .addCallback((result) => result.observe(refused()))
    meter
      .createObservableGauge(name('lag_records'), {
        description: 'records in the topic behind the last one committed',
      })
      .addCallback((result) => {
        for (const { lag, attributes } of this.#lags.values()) result.observe(lag(), attributes)
      })
  }

  /** What stands still, by dataset: 0 for one that goes on, so that an alert has something to compare. */
  watchParked(datasets: () => Iterable<string>, parked: () => { dataset: string }[]): void {
    const gauge = metrics.getMeter('dsf').createObservableGauge('dsf_parked', {
      description: 'lanes, or starts, of a dataset that stand still until their cause is mended',
    })
    gauge.addCallback((result) => {
      const now = parked()
      for (const dataset of datasets())
        result.observe(now.filter((one) => one.dataset === dataset).length, { dataset })
    })
  }

  /** Whenever the end of an input is seen; `lag` is asked at every look, because the lane goes on between two of them. */
  lag(name: string, lag: () => number, { dataset, topic, partition: lane }: LagPlace): void {
    this.#lags.set(name, { lag, attributes: { dataset, topic, lane } })
  }

  /** Inputs that went to another member are told there. */
  keepLags(isOurs: (name: string) => boolean): void {
    for (const name of [...this.#lags.keys()]) if (!isOurs(name)) this.#lags.delete(name)
  }

  /** A dataset that went: what is measured of it now is nothing. */
  forget(dataset: string): void {
    for (const [name, { attributes }] of this.#lags)
      if (attributes['dataset'] === dataset) this.#lags.delete(name)
  }

  rowsIn(dataset: string, topic: string, records: number): void {
    this.#in.add(records, { dataset, topic })
  }

  batch(dataset: string, seconds: number): void {
    this.#seconds.record(seconds, { dataset })
  }

  /** Of a transaction, when it is committed: what is tried again counts once. */
  committed(
    dataset: string,
    { written, counts }: { written: ReadonlyMap<TopicKind, number>; counts: Counters },
  ): void {
    for (const [kind, records] of written)
      if (records > 0) this.#out.add(records, { dataset, topic: this.#names.topic(dataset, kind) })
    for (const [name, count] of Object.entries(counts))
      if (name.startsWith('quarantined:'))
        this.#rejected.add(count, { dataset, reason: name.slice('quarantined:'.length) })
      else this.#rows.add(count, { dataset, outcome: name })
  }

  failed(dataset: string, kind: FailureKind): void {
    this.#failures.add(1, { dataset, kind })
  }
}
