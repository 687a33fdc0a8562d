/** What runs containers: containerd with runc, with folders and a network of its own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Service } from '../../local/servers/service.ts'
import { ctrArgs, run } from '../command.ts'
import { containerdSocket, network, type ClusterSettings } from '../settings.ts'
import { cniPlugins } from '../versions.ts'

export const pauseImage = 'localhost/pause:1'

export const containerd = (settings: ClusterSettings): Service => ({
  name: 'containerd',
  needs: [],
  address: containerdSocket(settings),
  ports: [],
  install: async () => undefined,
  ready: async () => void run('ctr', ctrArgs(settings, 'version')),
  command: () => ({ program: 'containerd', args: ['--config', writeConfiguration(settings)] }),
})

function writeConfiguration(settings: ClusterSettings): string {
  const file = join(settings.config, 'containerd.toml')
  const cni = join(settings.config, 'cni')
  mkdirSync(cni, { recursive: true })
  writeFileSync(join(cni, 'bridge.conflist'), JSON.stringify(bridge(settings)))
  writeFileSync(file, configuration(settings, cni))
  return file
}

/** Without restrict_oom_score_adj runc cannot start where the machine does not let a score be lowered. */
const configuration = ({ state, runtime }: ClusterSettings, cni: string) => `version = 2
root = "${join(state, 'containerd')}"
state = "${join(runtime, 'containerd')}"
[grpc]
  address = "${join(runtime, 'containerd.sock')}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(state, 'opt')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins.folder}"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "runc"
        SystemdCgroup = false
`

const bridge = ({ state }: ClusterSettings) => ({
  cniVersion: '1.0.0',
  name: network.name,
  plugins: [
    {
      type: 'bridge',
      bridge: network.bridge,
      isGateway: true,
      // what pods send to the world beyond gets the machine's own address
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: network.pods, gateway: network.address }]],
        routes: [{ dst: '0.0.0.0/0' }],
        dataDir: join(state, 'addresses'),
      },
    },
  ],
})
