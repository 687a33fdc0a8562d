import { describe, expect, it } from 'vitest'
import { defaultPortBase, parsePortBase, portsFrom } from './ports.ts'

describe('ports', () => {
  it('gives each listener a port of its own', () => {
    const ports = Object.values(portsFrom(defaultPortBase))
    expect(new Set(ports).size).toBe(ports.length)
  })

  it('accepts the highest base that keeps all ports below the ephemeral ones', () => {
    expect(Math.max(...Object.values(portsFrom(parsePortBase('32387'))))).toBe(32_767)
  })

  it.each(['80', '32388', 'x', '19000.5', ''])('refuses PORT_BASE=%s and says what is allowed', (text) => {
    expect(() => parsePortBase(text)).toThrow(/from 1024 to 32387/)
  })
})
