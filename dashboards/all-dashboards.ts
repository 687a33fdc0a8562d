import type { Dataset } from '@dsf/dataset'
import { datasetDashboard } from './dataset-dashboard.ts'
import type { Dashboard } from './panel.ts'
import { qualityDashboard } from './quality-dashboard.ts'
import { trendsDashboard } from './trends-dashboard.ts'

/** Of a dataset's rows, and those that jobs beside the stages have to fill. */
export const dashboardsOf = (dataset: Dataset): Dashboard[] => [
  datasetDashboard(dataset),
  ...derivedDashboardsOf(dataset),
]

/** Of its events in windows, where it has a time, and of the quality of its rows. */
export const derivedDashboardsOf = (dataset: Dataset): Dashboard[] => [
  ...(dataset.trends ? [trendsDashboard(dataset)] : []),
  qualityDashboard(dataset),
]
