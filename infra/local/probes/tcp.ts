import { connect } from 'node:net'
import { loopback } from '../environment.ts'

/** Sends one request and returns what the server says before it closes the connection. */
export function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, loopback, () => socket.write(request))
  socket.setTimeout(3_000, () => socket.destroy(new Error(`port ${port} does not answer`)))
  return new Promise<string>((resolve, reject) => {
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => (answer += part))
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`port ${port} closed the connection`)))
  }).finally(() => socket.destroy())
}
