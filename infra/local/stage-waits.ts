/** What a stage waits for, and how far it is behind: from its own health and metrics, which say the same to whoever asks. */

/** As `/health/ready` says it. */
export interface Ready {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly waiting?: Readonly<Record<string, string>>
  readonly parked?: readonly { readonly dataset: string; readonly since: string; readonly reason: string }[]
  /** of dependencies that are away, and of what waits */
  readonly since?: Readonly<Record<string, string>>
}

/** Records of a topic that it has not committed. */
export interface Behind {
  readonly topic: string
  readonly records: number
}

export interface Waits {
  /** one sentence a cause; none when nothing is wrong */
  readonly causes: readonly string[]
  readonly behind: readonly Behind[]
}

/** @throws when it does not answer */
export async function waitsOf(address: string): Promise<Waits> {
  const ask = (path: string) => fetch(`${address}${path}`, { signal: AbortSignal.timeout(5_000) })
  const [ready, metrics] = await Promise.all([ask('/health/ready'), ask('/metrics')])
  return { causes: causesOf((await ready.json()) as Ready), behind: behindOf(await metrics.text()) }
}

export function causesOf({ dependencies = {}, waiting = {}, parked = [], since = {} }: Ready): string[] {
  const of = (what: string) => (since[what] ? ` since ${toSecond(since[what])}` : '')
  const away = Object.entries(dependencies).filter(([, state]) => state !== 'ok')
  return [
    ...away.map(([name, reason]) => `waits for ${name}${of(name)}: ${reason}`),
    ...byReason(waiting).map(([reason, whats]) => `${namesOf(whats)} waits${of(whats[0]!)}: ${reason}`),
    ...parked.map((one) => `${one.dataset} is parked since ${toSecond(one.since)}: ${one.reason}`),
  ]
}

/** Lanes that wait for the same thing. */
function byReason(waiting: Ready['waiting'] & object): [reason: string, whats: string[]][] {
  const found = new Map<string, string[]>()
  for (const [what, reason] of Object.entries(waiting))
    found.set(reason, [...(found.get(reason) ?? []), what])
  return [...found]
}

const namesOf = ([first, ...others]: string[]): string =>
  others.length > 0 ? `${first!}, as ${others.length} more,` : first!

const toSecond = (time: string): string => time.replace(/\.\d+Z$/, 'Z')

const lagLine = /^dsf_\w+_lag_records\{[^}]*\btopic="([^"]+)"[^}]*\} (\d+)/gm

export function behindOf(metrics: string): Behind[] {
  const found = new Map<string, number>()
  for (const [, topic, records] of metrics.matchAll(lagLine))
    found.set(topic!, (found.get(topic!) ?? 0) + Number(records))
  return [...found].filter(([, records]) => records > 0).map(([topic, records]) => ({ topic, records }))
}

/** Nothing when all is well. */
export function waitsText({ causes, behind }: Waits): string | undefined {
  const lag = behind.map(({ topic, records }) => `${records.toLocaleString('en-US')} behind in ${topic}`)
  return [...causes, ...lag].join('; ') || undefined
}
