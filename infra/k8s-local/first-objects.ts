/** What a cluster of a provider has from the first minute on: the rights of its DNS, and volumes for who asks. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { nodeName, type ClusterSettings } from './settings.ts'

const volumes = 8

/** As JSON for kubectl apply. The volumes are folders of this machine: `local`, so that they are given to the group of a pod. */
export function firstObjects({ state }: ClusterSettings): string {
  const folders = Array.from({ length: volumes }, (_, at) => join(state, 'volumes', String(at)))
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [...ofDns, storageClass, ...folders.map(volume)],
  })
}

const rbac = 'rbac.authorization.k8s.io'
const ofDns = [
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'coredns' },
    rules: [
      { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'coredns' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'coredns' },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'coredns' }],
  },
]

const storageClassName = 'local'
const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: storageClassName,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
}

const volume = (path: string, at: number) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `local-${at}` },
  spec: {
    storageClassName,
    capacity: { storage: '20Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    local: { path },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }] },
        ],
      },
    },
  },
})
