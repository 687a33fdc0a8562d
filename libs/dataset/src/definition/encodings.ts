/** Encodings of a file: those of WHATWG of one byte a character, and UTF. Those of East Asia are not among them. */
const singleByte = [
  ...['ibm866', 'koi8-r', 'koi8-u', 'macintosh', 'x-mac-cyrillic', 'windows-874'],
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  ...[1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => `windows-${page}`),
]
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', ...singleByte]

/** Other names in use, with what WHATWG takes them for: nobody means the controls of ISO-8859-1. */
const aliases: Record<string, string> = {
  ...{ utf8: 'utf-8', 'utf-16': 'utf-16le' },
  ...{ ascii: 'windows-1252', latin1: 'windows-1252', 'latin-1': 'windows-1252' },
  ...{ 'iso-8859-1': 'windows-1252', cp1252: 'windows-1252' },
}

/** The name of an encoding by any of its names, in any case; undefined for one that is not read. */
export function encodingOf(label: string): string | undefined {
  const name = label.toLowerCase()
  return encodings.includes(name) ? name : Object.hasOwn(aliases, name) ? aliases[name] : undefined
}

/** Any of those names. */
export const encodingLabel = new RegExp(`^(?:${[...encodings, ...Object.keys(aliases)].join('|')})$`, 'i')
