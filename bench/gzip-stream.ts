/** A server of one long file, in gzip as one member: a block of rows, compressed once, over and over. Run as a process of its own. */
import { createServer, type ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { constants, crc32, deflateRawSync } from 'node:zlib'
import { HEADER } from '../infra/feed/quake.ts'

const blockRows = 40_000
const header = Buffer.from(`${HEADER}\n`)

function block(): Buffer {
  const rows = Array.from({ length: blockRows }, (_, i) => {
    const time = new Date(1_700_000_000_000 + i * 61_000).toISOString()
    const place = `"${i % 99} km SSW of Ridgecrest, CA"`
    return `${time},${(i % 9000) / 100},-${(i % 17_000) / 100},${i % 70}.3,${(i % 60) / 10},ml,${i % 90},,0.1${i % 10},0.2,ci,ci${40_000_000 + i},${time},${place},earthquake,0.3,0.7,0.1,${i % 40},reviewed,ci,ci\n`
  })
  return Buffer.from(rows.join(''))
}

/** Ends at a byte and refers to nothing before it, so that it may be repeated. */
const closed = (bytes: Buffer) => deflateRawSync(bytes, { level: 6, finishFlush: constants.Z_FULL_FLUSH })
/** RFC 1952: magic, deflate, no flags, no time, unknown system. */
const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
const lastBlock = Buffer.from([3, 0])

export function startServer(bytes: number) {
  const rows = block()
  const times = Math.max(1, Math.round(bytes / rows.length))
  const pieces = [closed(header), closed(rows)] as const
  const server = createServer((_, response) => void send(response, rows, times, pieces))
  return { server, rows: times * blockRows, bytes: header.length + times * rows.length }
}

async function send(
  response: ServerResponse,
  rows: Buffer,
  times: number,
  [first, piece]: readonly [Buffer, Buffer],
): Promise<void> {
  let sum = crc32(header)
  response.writeHead(200, { 'content-type': 'application/gzip' })
  response.write(Buffer.concat([gzipHead, first]))
  for (let i = 0; i < times && !response.destroyed; i++) {
    sum = crc32(rows, sum)
    if (!response.write(piece)) await drained(response)
  }
  const end = Buffer.alloc(8)
  end.writeUInt32LE(sum, 0)
  end.writeUInt32LE((header.length + times * rows.length) % 2 ** 32, 4)
  response.end(Buffer.concat([lastBlock, end]))
}

const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.once('drain', go).once('close', go)
  })

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const { server, rows, bytes } = startServer(Number(process.argv[2]))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address() as { port: number }
    process.send!({ port: address.port, rows, bytes })
  })
  process.once('disconnect', () => process.exit())
}
