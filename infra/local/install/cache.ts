/** Downloads live outside the tree, one folder per package and version. A folder that is there is complete and was checked. */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** `fill` works on a folder of its own, put in place by one rename: an install that was interrupted leaves nothing half done. */
export async function cached(
  cacheDir: string,
  id: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheDir, id)
  if (existsSync(folder)) return folder
  const partial = `${folder}.partial-${process.pid}`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  try {
    await fill(partial)
    await putInPlace(partial, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}

async function putInPlace(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder)
  } catch (error) {
    // another `make up` was faster: its folder is as good as ours
    if (!existsSync(folder)) throw error
  }
}
