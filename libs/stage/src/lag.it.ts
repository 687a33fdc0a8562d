import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { metrics } from '@opentelemetry/api'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { topicName, type Dataset } from '@dsf/dataset'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  freshName,
  newDataset,
  openFeeder,
  registryUrl,
  runTransport,
} from '../../../e2e/support/lanes.ts'
import { environment } from '../../../e2e/support/stack.ts'
import { committedOf, endsOf, withAdmin } from '../../../e2e/support/topics.ts'
