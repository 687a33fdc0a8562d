/** make images: builds all, writes archives and a bill of materials of each, and gives them to the cluster when it is up. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { requireMachine } from '../requirements.ts'
import { ctrArgs, run } from '../command.ts'
import { containerdSocket, type ClusterSettings } from '../settings.ts'
import { say, step } from '../../local/say.ts'
import { stageNames } from '../../local/servers/stages.ts'
import { buildBases } from './bases.ts'
import { archive, build, copyOut, type Image } from './buildah.ts'
import { imageOf } from './catalogue.ts'

/** Resolves with the tags of those that the cluster did not have. */
export async function makeImages(settings: ClusterSettings, names: readonly string[]): Promise<string[]> {
  await requireMachine()
  await step('images', 'what they are built on', () => buildBases(settings))
  const fresh: string[] = []
  for (const name of names) {
    const image = await imageOf(settings, name)
    if (await makeImage(settings, image)) fresh.push(image.tag)
    if (isStage(name)) copyOut(settings, image.tag, 'app/sbom.cdx.json', billOf(settings, name))
  }
  say('images', `archives and bills of materials (CycloneDX) are in ${settings.images}`)
  return fresh
}

const isStage = (name: string) => (stageNames as readonly string[]).includes(name)

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
const billOf = ({ images }: ClusterSettings, name: string) => join(images, `${name}.cdx.json`)
