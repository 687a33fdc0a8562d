import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forgetChoice, keepChoice, readSettings } from './settings.ts'

describe('readSettings', () => {
  let RUN_DIR = ''
  beforeEach(() => {
    RUN_DIR = mkdtempSync(join(tmpdir(), 'settings-'))
  })
  afterEach(() => rmSync(RUN_DIR, { recursive: true }))

  it('takes the default profile when nothing is said', () => {
    expect(readSettings({ RUN_DIR })).toMatchObject({
      kafka: 'zookeeper',
      store: 'minio',
      portBase: 19_000,
      serversOnly: false,
    })
  })

  it('remembers what up was told until down', () => {
    keepChoice(readSettings({ RUN_DIR, KAFKA: 'kraft', PORT_BASE: '20000' }))
    expect(readSettings({ RUN_DIR })).toMatchObject({ kafka: 'kraft', store: 'minio', portBase: 20_000 })
    keepChoice(readSettings({ RUN_DIR, KAFKA: 'zookeeper', SECURE: '1', BROKERS: '3' }))
    expect(readSettings({ RUN_DIR })).toMatchObject({ secure: true, brokers: 3 })
    expect(readSettings({ RUN_DIR, SECURE: '0' })).toMatchObject({ secure: false })
    forgetChoice(readSettings({ RUN_DIR }))
    expect(readSettings({ RUN_DIR })).toMatchObject({ kafka: 'zookeeper', portBase: 19_000 })
  })

  it('lets nobody else into the folders of data and logs', () => {
    keepChoice(readSettings({ RUN_DIR }))
    const rights = ['data', 'logs'].map((folder) => statSync(join(RUN_DIR, folder)).mode & 0o777)
    expect(rights).toEqual([0o700, 0o700])
  })

  it('keeps the data of each combination apart', () => {
    const folders = [{}, { KAFKA: 'kraft' }, { STORE: 'seaweedfs' }].map(
      (env) => readSettings({ RUN_DIR, ...env }).dataDir,
    )
    expect(new Set(folders).size).toBe(3)
    const others = [{}, { SECURE: '1' }, { BROKERS: '3' }, { SECURE: '1', BROKERS: '3' }]
    expect(new Set(others.map((env) => readSettings({ RUN_DIR, ...env }).dataDir)).size).toBe(4)
  })

  it('refuses servers that cannot ask who comes, and brokers that cannot be three', () => {
    expect(() => readSettings({ RUN_DIR, SECURE: '1', KAFKA: 'kraft' })).toThrow(
      'SECURE=1 is made of KAFKA=zookeeper and STORE=minio, not of KAFKA=kraft and STORE=minio: leave both out.',
    )
    expect(() => readSettings({ RUN_DIR, BROKERS: '3', KAFKA: 'kraft' })).toThrow('needs KAFKA=zookeeper')
    expect(() => readSettings({ RUN_DIR, BROKERS: '2' })).toThrow('BROKERS=2 is unknown: choose 1 or 3.')
  })

  it('names the variable, its value and the choice', () => {
    expect(() => readSettings({ RUN_DIR, KAFKA: 'rabbit' })).toThrow(
      'KAFKA=rabbit is unknown: choose zookeeper or kraft.',
    )
  })
})
