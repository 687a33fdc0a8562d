/** One checksum for a folder of downloads: sha256 over the sorted lines `<sha256 of the file>  <name>`, as `sha256sum * | sha256sum` says it. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StackError } from '../errors.ts'

export async function folderChecksum(folder: string): Promise<string> {
  const whole = createHash('sha256')
  for (const name of (await readdir(folder)).sort())
    whole.update(`${await fileChecksum(join(folder, name))}  ${name}\n`)
  return whole.digest('hex')
}

async function fileChecksum(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Deletes the folder when it is not what was pinned, so that nothing unchecked is ever run. */
export async function requireChecksum(id: string, folder: string, expected: string): Promise<void> {
  const found = await folderChecksum(folder)
  if (found === expected) return
  await rm(folder, { recursive: true, force: true })
  throw new StackError(
    `The download of ${id} has the checksum ${found}, but infra/local/versions.ts pins ${expected || 'none'}. It was deleted. ` +
      'If you changed the version on purpose, pin the new checksum there; if not, do not trust this package source.',
  )
}
