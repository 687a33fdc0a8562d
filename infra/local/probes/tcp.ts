import { connect } from 'node:net'

/** Sends one request and returns the answer as soon as `complete` finds it whole. */
export function exchange(
  port: number,
  request: Buffer | string,
  complete: (answer: Buffer) => boolean,
): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1', () => socket.write(request))
  socket.setTimeout(3_000, () => socket.destroy(new Error(`port ${port} does not answer`)))
  return new Promise<Buffer>((resolve, reject) => {
    let answer = Buffer.alloc(0)
    socket.on('data', (part) => {
      answer = Buffer.concat([answer, part])
      if (complete(answer)) resolve(answer)
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`port ${port} closed the connection`)))
  }).finally(() => socket.destroy())
}
