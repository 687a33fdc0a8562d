/** The image that each pod begins with. containerd cannot start one without it. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../local/install/tool.ts'
import { ctrArgs, run } from '../command.ts'
import { pauseImage } from '../services/containerd.ts'
import type { ClusterSettings } from '../settings.ts'
import { archive, build } from './buildah.ts'

export async function importPauseImage(settings: ClusterSettings): Promise<void> {
  const context = join(settings.images, 'pause')
  mkdirSync(context, { recursive: true })
  copyFileSync(findProgram('busybox')!, join(context, 'busybox'))
  await build(settings, {
    tag: pauseImage,
    dockerfile: join(import.meta.dirname, 'pause.Dockerfile'),
    context,
  })
  run('ctr', ctrArgs(settings, 'images', 'import', archive(settings, pauseImage).file))
}
