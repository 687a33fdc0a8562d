/** Text into HTML. Values come from files that others publish: nothing of them may become markup or script. */
const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escaped = (value: unknown): string =>
  String(value).replace(/[&<>"']/g, (character) => named[character]!)

/** JSON inside a script element, which ends at the first `</script` whatever stands around it. */
export const inlineJson = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`
