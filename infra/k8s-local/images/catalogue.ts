/** All images: those of the stages, and those of the servers that k8s/overlays/local brings along. */
import { join } from 'node:path'
import { installFromGo } from '../../local/install/go.ts'
import { installFromMaven } from '../../local/install/maven.ts'
import { stageNames } from '../../local/servers/stages.ts'
import { elasticsearch, kafkaWithKraft, minio, registry, sparkJars } from '../../local/versions.ts'
import type { ClusterSettings } from '../settings.ts'
import { debianBase, nodeBase } from './bases.ts'
import type { Image } from './buildah.ts'

/** Of what is built here; a release has its version. */
const version = 'dev'

export const stageImages = ({ root }: ClusterSettings): Image[] =>
  stageNames.map((name) => ({
    tag: `localhost/dsf/${name}:${version}`,
    dockerfile: join(root, 'Dockerfile'),
    context: root,
    args: { APP: name, BASE: nodeBase },
  }))

/** Of the Spark jobs and the batch commands. */
export async function jobImages(settings: ClusterSettings): Promise<Image[]> {
  const dockerfile = join(settings.root, 'spark/Dockerfile')
  const jars = await installFromMaven(settings, sparkJars)
  return ['batch', 'spark'].map((target) => ({
    tag: `localhost/dsf/${target}:${version}`,
    ...{ dockerfile, target, context: settings.root, ignoreFile: `${dockerfile}.dockerignore` },
    ...{ args: { BASE: debianBase }, contexts: { jars } },
  }))
}

/** From what the local stack downloads: the same programs, the same checksums. */
export async function serverImages(settings: ClusterSettings): Promise<Image[]> {
  const contexts = {
    kafka: await installFromMaven(settings, kafkaWithKraft),
    registry: await installFromMaven(settings, registry),
    elasticsearch: join(await installFromMaven(settings, elasticsearch), elasticsearch.id),
    minio: await installFromGo(settings, 'minio', minio),
  }
  const servers = Object.entries(contexts).map(([name, context]) => ({ ...server(name), context }))
  const gate = { ...server('gate'), context: import.meta.dirname }
  return [...servers, gate, ...['feed', 'rights'].map((name) => ofTree(settings, name))]
}

/** From files of this tree, which those that are not sent would make new each time. */
const ofTree = ({ root }: ClusterSettings, name: string): Image => ({
  ...server(name),
  context: root,
  ignoreFile: join(import.meta.dirname, `${name}.dockerignore`),
})

const server = (name: string) => ({
  tag: `localhost/dsf/${name}:${version}`,
  dockerfile: join(import.meta.dirname, `${name}.Dockerfile`),
})
