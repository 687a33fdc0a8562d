import { crc32, deflateRawSync } from 'node:zlib'

export interface Member {
  name: string
  bytes: Buffer
  /** what is wrong with it */
  method?: number
  flags?: number
  crc?: number
  size?: number
  at?: number
  /** of it in the table of contents */
  comment?: number
}

/** An archive as APPNOTE.TXT has it, and as it should not be. */
export function zipOf(members: Member[]): Buffer {
  const [parts, table] = [[] as Buffer[], [] as Buffer[]]
  let at = 0
  for (const member of members) {
    const name = Buffer.from(member.name)
    const packed = deflateRawSync(member.bytes)
    const head = header(member, packed.length)
    const local = Buffer.concat([word(0x04034b50), head, half(name.length), half(0), name, packed])
    const comment = Buffer.alloc(member.comment ?? 0, 'x')
    const sizes = [half(name.length), half(0), half(comment.length)]
    const place = Buffer.concat([...sizes, Buffer.alloc(8), word(member.at ?? at)])
    table.push(word(0x02014b50), half(20), head, place, name, comment)
    parts.push(local)
    at += local.length
  }
  const size = Buffer.concat(table).length
  const count = half(members.length)
  const end = [word(0x06054b50), half(0), half(0), count, count, word(size), word(at), half(0)]
  return Buffer.concat([...parts, ...table, ...end])
}

function header({ bytes, method = 8, flags = 0x800, crc, size }: Member, packed: number): Buffer {
  const sums = [word(crc ?? crc32(bytes)), word(packed), word(size ?? bytes.length)]
  return Buffer.concat([half(20), half(flags), half(method), half(0), half(0), ...sums])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const half = (value: number): Buffer => word(value).subarray(0, 2)
