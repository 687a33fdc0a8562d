import { execFileSync } from 'node:child_process'

/** Installs Debian packages. False for somebody without rights, or without apt: who asked says what to install. */
export function aptInstall(packages: string[]): boolean {
  try {
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]])
      execFileSync('apt-get', args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
