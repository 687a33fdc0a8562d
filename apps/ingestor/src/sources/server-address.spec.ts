import { describe, expect, it } from 'vitest'
import { addressOfServer } from './server-address.ts'

describe('the address of a server', () => {
  it.each([
    ['https://Example.org:443/a.csv', 'example.org'],
    ['http://example.org:443/a.csv', 'example.org:443'],
    ['sftp://Example.org:22/a.csv', 'example.org'],
    ['sftp://example.org:2222/a.csv', 'example.org:2222'],
    ['sftp://example.org:21/a.csv', 'example.org:21'],
    ['ftp://Example.org:21/a.csv', 'example.org'],
    ['ftps://Example.org:21/a.csv', 'example.org'],
    ['ftps://example.org:990/a.csv', 'example.org:990'],
    ['sftp://[2001:DB8::22]/a.csv', '[2001:db8::22]'],
    ['sftp://[2001:db8::22]:22/a.csv', '[2001:db8::22]'],
    ['s3://Bucket/a.csv', 'Bucket'],
    ['file:///a.csv', ''],
  ])('of %s is %j', (url, address) => expect(addressOfServer(new URL(url))).toBe(address))
})
