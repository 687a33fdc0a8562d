/**
 * Calls of one name one after the other, and one for all who wait: it begins after each of them has asked, so that what they did before
 * is in it. An error is that of all who shared the call.
 */
export function sharedCalls<T>(call: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const running = new Map<string, Promise<unknown>>()
  const next = new Map<string, Promise<T>>()
  const begin = (name: string): Promise<T> => {
    next.delete(name)
    const under = call(name)
    const ended = under
      .catch(() => undefined)
      .finally(() => running.get(name) === ended && running.delete(name))
    running.set(name, ended)
    return under
  }
  return (name) => {
    const before = next.get(name)
    if (before) return before
    const mine = Promise.resolve(running.get(name)).then(() => begin(name))
    next.set(name, mine)
    return mine
  }
}
