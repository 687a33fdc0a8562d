import type { Dataset } from '@dsf/dataset'
import { expect, it, vi } from 'vitest'
import { perDataset } from './define.ts'

it('compiles a dataset once, and each dataset for itself', () => {
  const compile = vi.fn(({ name }: Dataset) => ({ compiled: name }))
  const compiledOf = perDataset(compile)
  const [quakes, weather] = ['quakes', 'weather'].map((name) => ({ name }) as Dataset)
  expect(compiledOf(quakes!)).toBe(compiledOf(quakes!))
  expect([compiledOf(weather!), compiledOf(quakes!)]).toEqual([
    { compiled: 'weather' },
    { compiled: 'quakes' },
  ])
  expect(compile.mock.calls).toEqual([[quakes], [weather]])
})
