/** What the stack needs to know about a server or a stage. To add one: write one file like its neighbours, and list it in catalogue.ts. */
import type { Command } from '../processes/start.ts'
import type { Waits } from '../stage-waits.ts'

export interface Service {
  readonly name: string
  /** Names of the services that must be ready before this one starts, and that stop after it. */
  readonly needs: readonly string[]
  /** What the clients connect to. */
  readonly address: string
  /** All ports that it listens on: they must be free before anything starts. */
  readonly ports: readonly number[]
  /** Digest of the variables that it starts with, where the user can change them. */
  readonly variables?: string
  /** Puts its program in place. Cheap when it is there. */
  install(): Promise<void>
  /** Prepares its folders and says how to start it. Called when everything it needs is ready. */
  command(): Command | Promise<Command>
  /** Throws the reason when it cannot serve yet. */
  ready(): Promise<void>
  /** Makes in it what those that need it find there. Called at each `up`, when it is ready and before they start. */
  serving?(): Promise<void>
  /** What it waits for, whether it serves or not, and how far it is behind. Throws when it does not answer. */
  waits?(): Promise<Waits>
}
