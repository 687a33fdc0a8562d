/** What documents and the Makefile say about the tree, held by reading the tree. */
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documents, files, lines, read, root, words } from './support/tree.ts'

describe('documents', () => {
  const folders = new Set([
    'spark',
    'batch',
    'airflow',
    'k8s',
    'dashboards',
    ...files.map((path) => path.split('/')[0]!),
  ])
  const exists = (path: string) => globSync(path.replace(/<[^>]+>|…/g, '*').replace(/\/$/, '')).length > 0

  /** In a code span, what starts with a folder of ours is a path; the rest may be an object key or a command. */
  const spans = (text: string) =>
    words(text, /`([\w.@*<>{},…/-]+)`/g).filter(
      (span) => span.includes('/') && folders.has(span.split('/')[0]!),
    )
  const links = (text: string) => words(text, /\]\(([^)#\s]+)[^)]*\)/g).filter((link) => !/^\w+:/.test(link))

  test.each(documents)('%s names paths that exist', (document) => {
    const text = read(document)
    const missing = [
      ...spans(text).filter(
        (path) => !exists(join(root, path)) && !exists(join(root, dirname(document), path)),
      ),
      ...links(text).filter((path) => !exists(join(root, dirname(document), path))),
    ]
    expect(missing).toEqual([])
  })

  test.each(documents)('%s starts files by the pinned Node, which the system need not have', (document) => {
    expect(words(read(document), /(?<![/\w])(node [^`\n]*\.ts)/g)).toEqual([])
  })

  test.each(documents)('%s names make targets that exist', (document) => {
    const named = words(read(document), /(?:`|^ {4}|^\$ |&& )make ([a-z][a-z0-9-]*)/gm)
    expect(targets()).toEqual(expect.arrayContaining(named))
  })
})

describe('Makefile', () => {
  test('every target explains itself in make help', () => {
    const silent = lines(read('Makefile')).filter(
      (line) => /^[a-z][\w-]*:(?!=)/.test(line) && !/ ## \S/.test(line),
    )
    expect(silent).toEqual([])
  })

  /** The libraries are compiled by `build`, which `up` and `demo` do without: they begin in a new clone. */
  const takesLibraries = (path: string, seen = new Set<string>()): boolean => {
    if (seen.has(path)) return false
    seen.add(path)
    const sources = words(read(path), /^(?:import|export) (?!type )[^']*from '([^']+)'/gm)
    return sources.some(
      (from) =>
        from.startsWith('@dsf/') || (from.startsWith('.') && takesLibraries(join(dirname(path), from), seen)),
    )
  }

  test.each(words(read('Makefile'), /\bnode ([^\n]*?\b(?:infra|dashboards|e2e)\/[\w/]+\.ts)/g))(
    'node %s needs nothing that is compiled first',
    (command) => {
      if (takesLibraries(command.split(' ').at(-1)!)) expect(command).toContain('--conditions=@dsf/source')
    },
  )

  test('every target is phony', () => {
    const phony = words(read('Makefile'), /^\.PHONY:(.*)$/gm).flatMap((list) => list.trim().split(/\s+/))
    expect(phony.toSorted()).toEqual(targets().toSorted())
  })
})

describe('another machine', () => {
  test('installs the locked packages from its own registry', () => {
    expect(words(read('package-lock.json'), /"resolved": "([^"]*:\/\/[^"]*)"/g)).toEqual([])
  })

  test('finds no address of a registry and no path of ours', () => {
    const strange =
      /registry *= *["']?https?:|index-url|GOPROXY=http|(?<![\w.*$}-])\/(?:work|home|root|Users)\/\w/
    const texts = files.filter(
      (path) => !/package-lock\.json$|\.(parquet|png|gz)$/.test(path) && path !== 'e2e/documents.spec.ts',
    )
    const named = texts.flatMap((path) =>
      lines(read(path))
        .filter((line) => strange.test(line))
        .map((line) => `${path}: ${line}`),
    )
    expect(named).toEqual([])
  })
})

function targets(): string[] {
  return words(read('Makefile'), /^([a-z][\w-]*):(?!=)/gm)
}
