/** Which server a URL leads to. */

/** Of the protocols that URL does not know; of others it leaves the usual port out itself. */
const usualPorts: Record<string, string> = { 'sftp:': '22', 'ftps:': '21' }

/** Name and port of its server, in one spelling: without capitals and the usual port. */
export function addressOfServer({ protocol, hostname, port, host }: URL): string {
  // the name of a bucket: capitals make another one
  if (protocol === 's3:') return host
  return (port === usualPorts[protocol] ? hostname : host).toLowerCase()
}
