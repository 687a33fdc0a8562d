/** A server is ready when it answers, and not before: each probe throws the reason why it is not. */

export async function answersOk(url: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) })
  const body = await response.text()
  if (!response.ok) throw new Error(`${url} answers ${response.status} ${body.slice(0, 200)}`)
}

export const basicAuth = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})
