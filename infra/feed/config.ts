export interface FeedConfig {
  host: string
  port: number
}

/** FEED_HOST and FEED_PORT; port 0 lets the system choose. */
export function readConfig(env: NodeJS.ProcessEnv): FeedConfig {
  const port = Number(env['FEED_PORT'] ?? 8089)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`FEED_PORT is '${env['FEED_PORT']}'; expected a port number from 0 to 65535`)
  }
  return { host: env['FEED_HOST'] ?? '127.0.0.1', port }
}
