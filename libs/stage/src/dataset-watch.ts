import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
    this.#before = this.#taken = printsOf(parents, (_, error) => {
      throw error
    })
    for (const folder of this.#taken.keys()) this.#loaded.set(folder, loadFolder(folder))
  }

  /** In the order in which they count; one whose changed definition cannot be used is as it was, and refused as well. */
  datasets(): Datasets {
    return byName([...this.#taken.keys()].map((folder) => [folder, this.#loaded.get(folder)!]))
  }

  /** Folders of the list that cannot be read now, and why: whatever was in them is still taken for there. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#unreadable
  }

  /** True when something is otherwise than before. */
  look(): boolean {
    const seen = this.#see()
    const settled = new Map(
      [...seen].flatMap(([folder, print]) => {
        const known = this.#before.get(folder) === print ? print : this.#taken.get(folder)
        return known === undefined ? [] : [[folder, known] as const]
      }),
    )
    for (const [folder, print] of this.#taken)
      if (!seen.has(folder) && this.#before.has(folder)) settled.set(folder, print)
    this.#before = seen
    return this.#take(settled)
  }

  #see(): Prints {
    const unreadable = new Map<string, string>()
    const seen = printsOf(this.#parents, (parent, { message }) => {
      unreadable.set(parent, message)
      return new Map([...this.#taken].filter(([folder]) => dirname(folder) === join(parent)))
    })
    this.#unreadable = unreadable
    return seen
  }

  #take(now: Prints): boolean {
    const changed = [...now].filter(([folder, print]) => this.#taken.get(folder) !== print)
    const gone = [...this.#taken.keys()].filter((folder) => !now.has(folder))
    for (const folder of gone) this.#loaded.delete(folder)
    for (const [folder] of changed) this.#loaded.set(folder, after(this.#loaded.get(folder), folder))
    this.#taken = now
    return changed.length > 0 || gone.length > 0
  }
}

/** Who writes a mistake into a definition that works goes on with the one before. */
function after({ dataset }: Loaded = {}, folder: string): Loaded {
  const { dataset: next, problems } = loadFolder(folder)
  if (next) return { dataset: next }
  if (!dataset) return { problems: problems! }
  return {
    dataset,
    problems: problems!.map(
      (problem) => `the changed definition cannot be used, the one before goes on: ${problem}`,
    ),
  }
}

function printsOf(parents: string[], without: (parent: string, error: Error) => Prints): Prints {
  return new Map(
    parents.flatMap((parent) => {
      try {
        return datasetFolders(parent).map((folder) => [folder, printOf(folder)] as const)
      } catch (error) {
        return [...without(parent, error as Error)]
      }
    }),
  )
}

/** A file that cannot be read has a print too: it is what changes when it is mended. */
function printOf(folder: string): string {
  const file = join(folder, 'datapackage.json')
  try {
    const { size, mtimeMs } = statSync(file)
    return size > largestRead ? `${size} ${mtimeMs}` : hash('sha256', readFileSync(file))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message
  }
}
