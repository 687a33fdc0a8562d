/** A server is ready when it answers, and not before: each probe throws the reason why it is not. */

export async function answersOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  const body = await response.text()
  if (!response.ok) throw new Error(`${url} answers ${response.status} ${body.slice(0, 200)}`)
}
