/** How a file is compressed, told by its first bytes, or by its server, and kept in the name of its landing. */

export const compressions = ['gzip', 'zstd', 'bzip2', 'brotli', 'deflate', 'zip'] as const
export type Compression = (typeof compressions)[number]

const magics: readonly (readonly [compression: Compression, magic: Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['zip', Buffer.from('PK\x03\x04', 'latin1')],
  // the size of its blocks, and how the first one begins, or the end of one that has none: a header of CSV may begin with BZh
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((size) =>
    ['1AY&SY', '\x17rE8P\x90'].map(
      (block) => ['bzip2', Buffer.from(`BZh${size}${block}`, 'latin1')] as const,
    ),
  ),
]

/** What a file's first bytes say; undefined while more of them may say something. */
export function compressionOf(
  head: Buffer,
  isAll: boolean,
): { compression: Compression | undefined } | undefined {
  for (const [compression, magic] of magics) {
    if (head.subarray(0, magic.length).equals(magic)) return { compression }
    if (!isAll && magic.subarray(0, head.length).equals(head)) return undefined
  }
  return { compression: undefined }
}

/** Without a magic: a word of the server, or of the definition, is all that tells them. The others are not there if their magic is not. */
const told: Record<string, Compression> = { br: 'brotli', deflate: 'deflate' }

export const toldCompression = (word: string | undefined): Compression | undefined => told[word ?? '']

const extensions: Record<Compression, string> = {
  ...{ gzip: '.gz', zstd: '.zst', bzip2: '.bz2', zip: '.zip' },
  ...{ brotli: '.br', deflate: '.deflate' },
}

export const extensionOf = (compression: Compression | undefined): string =>
  compression === undefined ? '' : extensions[compression]

/** Of a landing, by its key. */
export const compressionOfKey = (key: string): Compression | undefined =>
  compressions.find((compression) => key.endsWith(extensions[compression]))
