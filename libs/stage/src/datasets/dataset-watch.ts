import { hash } from 'node:crypto'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { byName, datasetFolders, loadFolder, type Datasets, type Loaded } from '@dsf/dataset'

/** By folder: what its definition consists of. */
type Prints = Map<string, string>

/** Larger ones cannot be used, and are not read only to be told so. */
const largestRead = 16 * 2 ** 20

/**
 * Definitions as they are in their folders now. It looks at contents: a mount over the network and the swapped links of a
 * ConfigMap tell nobody of a change. What changed counts when two looks saw the same, because an editor may write in two steps.
 */
export class DatasetWatch {
  readonly #parents: string[]
  readonly #loaded = new Map<string, Loaded>()
  #taken: Prints
  #before: Prints
  #unreadable = new Map<string, string>()

  /** @throws DefinitionError when a folder of the list cannot be read */
  constructor(parents: string[]) {
    this.#parents = parents
    const folders = parents.flatMap(datasetFolders)
    for (const folder of folders) this.#loaded.set(folder, loadFolder(folder))
    // looked at first when the time comes, so that what changes meanwhile is seen
    this.#before = this.#taken = new Map(folders.map((folder) => [folder, 'loaded']))
  }

  /** In the order in which they count; one whose changed definition cannot be used is as it was, and refused as well. */
  datasets(): Datasets {
    return byName([...this.#taken.keys()].map((folder) => [folder, this.#loaded.get(folder)!]))
  }

  /** Folders of the list that cannot be read now, and why: whatever was in them is still taken for there. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#unreadable
  }

  /** Waits for the file system without holding anything else up, since a mount may hang. */
  async look(): Promise<void> {
    const seen = await this.#see()
    const settled: Prints = new Map()
    for (const [folder, print] of seen) {
      const known = this.#before.get(folder) === print ? print : this.#taken.get(folder)
      if (known !== undefined) settled.set(folder, known)
    }
    for (const [folder, print] of this.#taken)
      if (!seen.has(folder) && this.#before.has(folder)) settled.set(folder, print)
    this.#before = seen
    this.#take(settled)
  }

  async #see(): Promise<Prints> {
    const seen: Prints = new Map()
    this.#unreadable = new Map()
    for (const parent of this.#parents)
      try {
        for (const folder of await foldersIn(parent)) seen.set(folder, await printOf(folder))
      } catch (error) {
        this.#unreadable.set(parent, (error as Error).message)
        for (const [folder, print] of this.#taken)
          if (dirname(folder) === join(parent)) seen.set(folder, print)
      }
    return seen
  }

  #take(now: Prints): void {
    for (const folder of this.#taken.keys()) if (!now.has(folder)) this.#loaded.delete(folder)
    for (const [folder, print] of now)
      if (this.#taken.get(folder) !== print) this.#loaded.set(folder, after(this.#loaded.get(folder), folder))
    this.#taken = now
  }
}

/** Who writes a mistake into a definition that works goes on with the one before. */
function after({ dataset }: Loaded = {}, folder: string): Loaded {
  const { dataset: next, problems } = loadFolder(folder)
  if (next) return { dataset: isDeepStrictEqual(next, dataset) ? dataset! : next }
  if (!dataset) return { problems: problems! }
  const sentence = 'the changed definition cannot be used, the one before goes on'
  return { dataset, problems: problems!.map((problem) => `${sentence}: ${problem}`) }
}

async function foldersIn(parent: string): Promise<string[]> {
  const folders = (await readdir(parent)).sort().map((entry) => join(parent, entry))
  const known = await Promise.all(
    folders.map((folder) =>
      lstat(join(folder, 'datapackage.json')).then(
        () => [folder],
        () => [],
      ),
    ),
  )
  return known.flat()
}

/** A file that cannot be read has a print too: it is what changes when it is mended. */
async function printOf(folder: string): Promise<string> {
  const file = join(folder, 'datapackage.json')
  try {
    const { size, mtimeMs } = await stat(file)
    return size > largestRead ? `${size} ${mtimeMs}` : hash('sha256', await readFile(file))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message
  }
}
