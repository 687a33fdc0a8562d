/** One question over HTTP. @throws Error with the server's sentence, or with what to look at when there is no server */
export async function ask<T = unknown>(
  url: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<T> {
  const request = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  const response = await fetch(`${url}${path}`, request).catch((error: unknown) => {
    const { cause } = error as { cause?: Error }
    throw new Error(
      `no ingestor answers at ${url} (${cause?.message ?? String(error)}); say where it is with --url or INGESTOR_URL`,
    )
  })
  const answer = (await response.json()) as T & { detail?: string }
  if (!response.ok) throw new Error(answer.detail ?? `${path}: status ${response.status}`)
  return answer
}
