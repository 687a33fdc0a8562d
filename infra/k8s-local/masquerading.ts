/** What the bridge plugin puts into the packet filter: rules of each pod, in a table that it makes when there is none. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryRun } from './command.ts'
import { network, type ClusterSettings } from './settings.ts'

const table = ['table', 'ip', 'nat']
const note = ({ runtime }: ClusterSettings) => join(runtime, 'without-nat')

/** Before there is any pod. */
export function noteMasquerading(settings: ClusterSettings): void {
  if (!tryRun('nft', ['list', ...table])) writeFileSync(note(settings), '')
}

/** Rules of pods that were killed (the plugin removes those of one that ends in order), and the table, if it is ours and nobody else uses it. */
export function removeMasquerading(settings: ClusterSettings): void {
  const rules = tryRun('iptables-save', ['-t', 'nat']).split('\n')
  const ours = rules.filter((rule) => rule.includes(`name: \\"${network.name}\\"`))
  for (const rule of ours.filter((rule) => rule.startsWith('-A POSTROUTING')))
    tryRun('sh', ['-c', `iptables -t nat ${rule.replace('-A', '-D')}`])
  const chains = new Set(ours.flatMap((rule) => /(?:-A|-j) (CNI-\w+)/g.exec(rule)?.[1] ?? []))
  for (const chain of chains) for (const flag of ['-F', '-X']) tryRun('iptables', ['-t', 'nat', flag, chain])
  const left = tryRun('iptables-save', ['-t', 'nat']).split('\n')
  if (existsSync(note(settings)) && !left.some((line) => line.startsWith('-A')))
    tryRun('nft', ['delete', ...table])
}
