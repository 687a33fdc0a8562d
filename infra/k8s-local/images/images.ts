/** make images: builds all, writes archives and a bill of materials of each, and gives them to the cluster when it is up. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { requireMachine } from '../requirements.ts'
import { ctrArgs, run } from '../command.ts'
import { containerdSocket, type ClusterSettings } from '../settings.ts'
import { say, step } from '../../local/say.ts'
import { buildBases } from './bases.ts'
import { archive, build, copyOut, type Image } from './buildah.ts'
import { serverImages, stageImages } from './catalogue.ts'

/** Of stages and servers, and others. Resolves with the tags of those that the cluster did not have. */
export async function makeImages(
  settings: ClusterSettings,
  others: readonly Image[] = [],
): Promise<string[]> {
  await requireMachine()
  await step('images', 'what they are built on', () => buildBases(settings))
  const stages = stageImages(settings)
  const fresh: string[] = []
  for (const image of [...stages, ...others, ...(await serverImages(settings))])
    if (await makeImage(settings, image)) fresh.push(image.tag)
  for (const { tag } of stages) copyOut(settings, tag, 'app/sbom.cdx.json', billOf(settings, tag))
  say('images', `archives and bills of materials (CycloneDX) are in ${settings.images}`)
  return fresh
}

async function makeImage(settings: ClusterSettings, image: Image): Promise<boolean> {
  await step('images', image.tag, () => build(settings, image))
  const { file, id } = archive(settings, image.tag)
  say('images', `${image.tag}: ${Math.round(statSync(file).size / 1e6)} MB`)
  return existsSync(containerdSocket(settings)) && importImage(settings, image.tag, file, id)
}

/** Takes seconds for each, so what is there already is left alone. A note of it lies beside the cluster's containers, and goes with them. */
function importImage(settings: ClusterSettings, tag: string, file: string, id: string): boolean {
  const note = join(settings.state, 'images', nameOf(tag))
  if (existsSync(note) && readFileSync(note, 'utf8') === id) return false
  run('ctr', ctrArgs(settings, 'images', 'import', file))
  mkdirSync(dirname(note), { recursive: true })
  writeFileSync(note, id)
  return true
}

const nameOf = (tag: string) => tag.replace(/^.*\//, '').replace(/:.*/, '')
const billOf = ({ images }: ClusterSettings, tag: string) => join(images, `${nameOf(tag)}.cdx.json`)
