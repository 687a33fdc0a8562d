/** Progress for people, on stderr: stdout belongs to what programs read. On a terminal long steps stand below the rest and change in place. */
import { createLogUpdate } from 'log-update'

const nameWidth = 22
const heartbeatMs = 20_000
const redrawMs = 250

const board = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined
/** The line of each step that is under way, oldest first. */
const lines = new Set<() => string>()
let redraw: NodeJS.Timeout | undefined

const line = (name: string, text: string) => `${name.padEnd(nameWidth)} ${text}`

export function say(name: string, text: string): void {
  board?.clear()
  process.stderr.write(`${line(name, text)}\n`)
  draw()
}

export function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

/** Shows that a long step is under way and how far it is, and says when it has ended. Without a terminal: a line now and then. */
export async function step<T>(
  name: string,
  what: string,
  work: () => Promise<T>,
  progress = () => '',
): Promise<T> {
  const start = Date.now()
  const end = show(name, what, () => [seconds(start), progress()].filter(Boolean).join(', '))
  try {
    const result = await work()
    end(`done in ${seconds(start)}`)
    return result
  } catch (error) {
    end(`failed after ${seconds(start)}`)
    throw error
  }
}

/** The step's line until the function that it returns is called with the last word. */
function show(name: string, what: string, far: () => string): (last: string) => void {
  const own = () => line(name, `${what}: ${far()}`)
  if (!board) say(name, what)
  const heartbeat = board ? undefined : setInterval(() => say(name, `${what}: ${far()}`), heartbeatMs)
  lines.add(own)
  redraw ??= board && setInterval(draw, redrawMs)
  return (last) => {
    clearInterval(heartbeat)
    lines.delete(own)
    say(name, `${what}: ${last}`)
    if (lines.size > 0) return
    clearInterval(redraw)
    redraw = undefined
  }
}

function draw(): void {
  if (lines.size > 0) board?.([...lines].map((own) => own()).join('\n'))
}
