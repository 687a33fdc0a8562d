import { loadDataset } from '@dsf/dataset'
import { makePreview } from '../../../dashboards/preview/make-preview.ts'
import type { Api } from '../../client/http.ts'
import { apiOf } from '../../local/run-client.ts'
import { trustOwnAuthority } from '../../local/secure/certificates.ts'
import { readSettings } from '../../local/settings.ts'

/**
 * The dataset's dashboards as a page, with a picture of each.
 * @returns the page; undefined where the ingestor is not the local stack's, because only of that it is known where its documents are
 * @throws Error when Elasticsearch does not answer
 */
export async function drawCharts(
  api: Api,
  folder: string,
  tell: (line: string) => void,
): Promise<string | undefined> {
  const settings = readSettings()
  if (api.url !== apiOf(settings).url) return undefined
  trustOwnAuthority(settings)
  const datasets = [loadDataset(folder)]
  return makePreview(settings, { datasets, pipeline: false, pictures: ['light'] }, tell)
}
