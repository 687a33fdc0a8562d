/** Where this machine's pip looks for packages, in the words of uv, which does not read pip's configuration. */
import { spawnSync } from 'node:child_process'

/** By pip's names, without the `-url` that some end in. */
const words: Readonly<Record<string, string>> = {
  index: 'UV_DEFAULT_INDEX',
  'extra-index': 'UV_INDEX',
  'find-links': 'UV_FIND_LINKS',
  cert: 'SSL_CERT_FILE',
}

/** Variables for uv; what is set for uv itself is left alone. */
export function pipChoices(python: string): NodeJS.ProcessEnv {
  const { stdout } = spawnSync(python, ['-m', 'pip', 'config', 'list'], { encoding: 'utf8' })
  return inWordsOfUv(stdout, process.env)
}

/** Lines like `global.cert='/etc/ca.pem'`, of files and of PIP_ variables; the later one counts. */
export function inWordsOfUv(config: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const lines = config.matchAll(/^(?:global|install|:env:)\.([a-z-]+?)(?:-url)?='(.*)'$/gm)
  const choices = [...lines].flatMap(([, key, value]) => {
    const word = words[key!]
    return word !== undefined && env[word] === undefined ? [[word, value!] as const] : []
  })
  return Object.fromEntries(choices)
}
