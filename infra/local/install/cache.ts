/**
 * Downloads live outside the tree, one folder per package and version. A folder is whole when it holds the file `.whole`, which is written
 * last; one without it (of a fill that was killed, or of an older version of this file) is thrown away and made again.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { say } from '../say.ts'
import { withLock } from './file-lock.ts'

const wholeMark = '.whole'

/** What this process fills at this moment, so that all who ask for it wait for the same fill. */
const filling = new Map<string, Promise<string>>()

type Fill = (folder: string) => Promise<void>
/** Finds a whole folder that does not work any more. */
type IsUsable = (folder: string) => boolean

/**
 * The folder of `id`, filled by `fill` when it is not there. One fill for one id, whoever asks at the same time: in this process, in
 * another, in another clone. `fill` works on a folder of its own, which becomes the one of `id` by one rename.
 */
export function cached(
  cacheDir: string,
  id: string,
  fill: Fill,
  isUsable: IsUsable = () => true,
): Promise<string> {
  const folder = join(cacheDir, id)
  const begun = filling.get(folder)
  if (begun) return begun
  const work = filledFolder(folder, fill, isUsable).finally(() => filling.delete(folder))
  filling.set(folder, work)
  return work
}

async function filledFolder(folder: string, fill: Fill, isUsable: IsUsable): Promise<string> {
  const isWhole = (path: string) => existsSync(join(path, wholeMark)) && isUsable(path)
  if (isWhole(folder)) return folder
  const work = async () => {
    if (!isWhole(folder)) await fillAnew(folder, fill)
  }
  const waiting = () => say('install', `waiting for another process, which fills ${folder}`)
  await withLock(dirname(folder), basename(folder), work, waiting)
  return folder
}

/** Only the holder of the lock comes here, so whatever else lies under this id was left by somebody who is gone. */
async function fillAnew(folder: string, fill: Fill): Promise<void> {
  await removeLeftovers(folder)
  const partial = `${folder}.partial-${process.pid}`
  await mkdir(partial, { recursive: true })
  try {
    await fill(partial)
    await writeFile(join(partial, wholeMark), '')
    await rename(partial, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const name = basename(folder)
  const siblings = await readdir(dirname(folder))
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  const partials = siblings.filter((entry) => entry.startsWith(`${name}.partial-`))
  // an installer that outlived its killed parent may still write there: what is left is removed the next time
  for (const entry of partials)
    await rm(join(dirname(folder), entry), { recursive: true }).catch(() => undefined)
}
