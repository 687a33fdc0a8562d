/** What an error says: of one of `fetch`, its cause, because there is the reason (ECONNREFUSED…). */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
