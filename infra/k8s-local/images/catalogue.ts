/** All images: of the stages, of the servers that the overlays for this machine bring along, and of the jobs beside the stages. */
import { join } from 'node:path'
import { StackError } from '../../local/errors.ts'
import { installFromGo } from '../../local/install/go.ts'
import { installFromMaven } from '../../local/install/maven.ts'
import { stageNames } from '../../local/servers/stages.ts'
import { elasticsearch, kafkaWithKraft, minio, registry, sparkJars } from '../../local/versions.ts'
import type { ClusterSettings } from '../settings.ts'
import { debianBase, nodeBase } from './bases.ts'
import type { Image } from './buildah.ts'

/** Of what is built here; a release has its version. */
const tagOf = (name: string) => `localhost/dsf/${name}:dev`

/** How an image is made of what is here, once that is downloaded: the same programs as those of the local stack, the same checksums. */
type Recipe = (settings: ClusterSettings, name: string) => Image | Promise<Image>

const stage: Recipe = ({ root }, name) => ({
  tag: tagOf(name),
  ...{ dockerfile: join(root, 'Dockerfile'), context: root, args: { APP: name, BASE: nodeBase } },
})

const server =
  (install: (settings: ClusterSettings) => Promise<string>): Recipe =>
  async (settings, name) => ({ ...here(name), context: await install(settings) })

/** From files of this tree, which those that are not sent would make new each time. */
const ofTree: Recipe = ({ root }, name) => ({
  ...here(name),
  ...{ context: root, ignoreFile: join(import.meta.dirname, `${name}.dockerignore`) },
})

/** A target of spark/Dockerfile. */
const job: Recipe = async (settings, target) => ({
  ...besides(settings, 'spark', target),
  ...{ target, contexts: { jars: await installFromMaven(settings, sparkJars) } },
})

const airflow: Recipe = (settings, name) => {
  const image = besides(settings, name, name)
  return { ...image, args: { ...image.args, BATCH: tagOf('batch') } }
}

const besides = ({ root }: ClusterSettings, folder: string, name: string) => {
  const dockerfile = join(root, folder, 'Dockerfile')
  const ignoreFile = `${dockerfile}.dockerignore`
  return { tag: tagOf(name), dockerfile, ignoreFile, context: root, args: { BASE: debianBase } }
}

const here = (name: string) => ({
  tag: tagOf(name),
  dockerfile: join(import.meta.dirname, `${name}.Dockerfile`),
})

const servers: Record<string, Recipe> = {
  kafka: server((settings) => installFromMaven(settings, kafkaWithKraft)),
  registry: server((settings) => installFromMaven(settings, registry)),
  elasticsearch: server(async (settings) =>
    join(await installFromMaven(settings, elasticsearch), elasticsearch.id),
  ),
  minio: server((settings) => installFromGo(settings, 'minio', minio)),
  feed: ofTree,
}

/** Servers that ask who comes have these beside them. */
const guards: Record<string, Recipe> = { gate: server(async () => import.meta.dirname), rights: ofTree }

/** In the order in which they are built: Airflow's has the batch commands in it. */
const recipes: Record<string, Recipe> = {
  ...Object.fromEntries(stageNames.map((name) => [name, stage])),
  ...servers,
  ...guards,
  ...{ batch: job, spark: job, airflow },
}

/** Those of the overlay; or those that `APPS=spark,airflow` names, and what they are built on. */
export function namesFor({ env, secure }: ClusterSettings): string[] {
  const asked = env['APPS']?.split(',').filter(Boolean)
  if (!asked) return [...stageNames, ...Object.keys({ ...servers, ...(secure ? guards : {}) })]
  const unknown = asked.find((name) => !recipes[name])
  if (unknown)
    throw new StackError(`APPS has ${unknown}, which is none of ${Object.keys(recipes).join(', ')}.`)
  return Object.keys(recipes).filter(
    (name) => asked.includes(name) || (name === 'batch' && asked.includes('airflow')),
  )
}

export const imageOf = async (settings: ClusterSettings, name: string): Promise<Image> =>
  recipes[name]!(settings, name)
