/** Progress for people, on stderr: stdout belongs to what programs read. */

const nameWidth = 14

export function say(name: string, text: string): void {
  process.stderr.write(`${name.padEnd(nameWidth)} ${text}\n`)
}

export function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

/** Says when a long step starts and ends, and in between, now and then, that it is still at it. */
export async function step<T>(
  name: string,
  what: string,
  work: () => Promise<T>,
  progress = () => '',
): Promise<T> {
  const start = Date.now()
  say(name, what)
  const heartbeat = setInterval(() => say(name, `still at it after ${seconds(start)} ${progress()}`), 20_000)
  try {
    const result = await work()
    say(name, `${what}: done in ${seconds(start)}`)
    return result
  } catch (error) {
    say(name, `${what}: failed after ${seconds(start)}`)
    throw error
  } finally {
    clearInterval(heartbeat)
  }
}
