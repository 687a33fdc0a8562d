/** How a value of a `datetime` (milliseconds) and of a `date` (days since 1970) is written, wherever it is written as text. */
export const isoDatetime = (ms: number): string => new Date(ms).toISOString()

export const isoDate = (day: number): string => isoDatetime(day * 86_400_000).split('T')[0]!
