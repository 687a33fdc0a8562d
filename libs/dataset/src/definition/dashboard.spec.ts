import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDataset } from '../loading/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'dsf-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Loads a real dataset with another dashboard. */
function load(dashboard: unknown, name = 'earthquakes') {
  cpSync(join(import.meta.dirname, '../../../../datasets', name), join(folder, name), { recursive: true })
  const file = join(folder, name, 'datapackage.json')
  const json = JSON.parse(readFileSync(file, 'utf8')) as { 'x-dsf': { dashboard?: unknown } }
  json['x-dsf'].dashboard = dashboard
  writeFileSync(file, JSON.stringify(json))
  return loadDataset(join(folder, name))
}
const panel = (one: unknown, name?: string) => () => load({ panels: [one] }, name)

describe('a dashboard', () => {
  it('needs a few words for a panel and gets the others by default', () => {
    expect(load({ panels: [{ trend: 'count' }, { map: {} }] }).dashboard).toEqual({
      panels: [{ trend: 'count', by: '1d', shape: 'line' }, { map: { show: [], limit: 2000 } }],
    })
  })

  it('may name computed fields', () => {
    expect(panel({ top: 'depthClass' })).not.toThrow()
  })

  it.each([
    [{ histogram: 'magnitude', interval: 1 }, 'histogram', 'no column is named "magnitude"'],
    [{ histogram: 'place', interval: 1 }, 'histogram', '"place" is a string, expected a number'],
    [{ grid: ['mag', 'net'], intervals: [1, 1] }, 'grid/1', '"net" is a string, expected a number'],
    [{ metric: 'average' }, 'of', 'expected a field'],
    [{ map: { size: 'type' } }, 'map/size', '"type" is a string, expected a number'],
    [{ top: 'net', with: [{ metric: 'max', of: 'x' }] }, 'with/0/of', 'no column is named "x"'],
    [{ pie: 'net' }, '', 'expected one of metric, trend, histogram, grid, top, map or table'],
  ])('refuses %j with its place', (one, path, expected) => {
    const place = path === '' ? '/x-dsf/dashboard/panels/0' : `/x-dsf/dashboard/panels/0/${path}`
    expect(panel(one)).toThrow(`at ${place}: ${expected}`)
  })

  it('has no map without a place', () => {
    expect(panel({ map: {} }, 'seattle-weather')).toThrow('panels/0/map: expected x-dsf.geo for a map')
  })

  it('refuses a filter that is no field', () => {
    expect(() => load({ panels: [{ metric: 'count' }], filters: ['x'] })).toThrow(
      'filters/0: no column is named "x"',
    )
  })
})
