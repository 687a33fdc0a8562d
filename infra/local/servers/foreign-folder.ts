/** Folders for a server that must not run as root. */
import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

const nobody = 65_534
const outside = '/var/tmp/data-stream-flow-'

/** The user that such a server runs as: undefined means the one that we are. */
export const unprivilegedUser = () => (process.getuid?.() === 0 ? nobody : undefined)

/**
 * A folder that belongs to that user. Another user cannot get into root's home, nor into a 0700 folder made by mktemp, whatever the folder
 * itself allows: so for root the real folder is in /var/tmp, and the place in the tree is a link to it.
 */
export function unprivilegedFolder(place: string): string {
  const user = unprivilegedUser()
  if (user === undefined) {
    mkdirSync(place, { recursive: true })
    return place
  }
  if (existsSync(place)) return readlinkSync(place)
  rmSync(place, { force: true }) // a link whose folder somebody cleaned away
  mkdirSync(dirname(place), { recursive: true })
  const real = mkdtempSync(outside)
  chownSync(real, user, user)
  symlinkSync(real, place)
  return real
}

export function giveTo(user: number | undefined, folder: string): void {
  if (user !== undefined) execFileSync('chown', ['-R', `${user}:${user}`, folder])
}

/** Removes what the links below a data folder point to. */
export function removeForeignFolders(dataDir: string): void {
  if (!existsSync(dataDir)) return
  for (const name of readdirSync(dataDir)) {
    const place = join(dataDir, name)
    if (!lstatSync(place).isSymbolicLink()) continue
    const real = readlinkSync(place)
    if (real.startsWith(outside)) rmSync(real, { recursive: true, force: true })
  }
}
