/** Services of the cluster, reached from this machine by kube-proxy, whichever pod is behind them. */
import type { Api } from '../../infra/client/http.ts'
import { kubectl } from '../../infra/k8s-local/command.ts'
import { namespace, tokensFile } from '../../infra/k8s-local/secrets.ts'
import type { ClusterSettings } from '../../infra/k8s-local/settings.ts'
import { readToken } from '../../infra/local/token.ts'

export const addressOf = (settings: ClusterSettings, service: string): Promise<string> =>
  kubectl(settings, ['-n', namespace, 'get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}'])

export const apiOf = async (settings: ClusterSettings): Promise<Api> => ({
  url: `http://${await addressOf(settings, 'ingestor')}`,
  token: readToken(tokensFile(settings)),
})
