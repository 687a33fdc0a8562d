import { describe, expect, it } from 'vitest'
import { renamedColumns } from '../index.ts'

describe('rows that another definition wrote', () => {
  it('are none of ours where a column has another name: it would be empty in each of them', () =>
    expect(renamedColumns(['dsf_run', 'id', 'rain'], ['dsf_run', 'id', 'rain_mm'])).toBe(
      'was read into "rain", and the definition has "rain_mm" now; import its file again',
    ))

  it.each([
    ['a column that came', ['id'], ['id', 'rain']],
    ['a column that went', ['id', 'rain'], ['id']],
    ['another order', ['rain', 'id'], ['id', 'rain']],
    ['what stages add', ['id', 'dsf_old', 'simulated'], ['id', 'dsf_new']],
  ])('are read with %s', (_, written, wanted) => expect(renamedColumns(written, wanted)).toBeUndefined())
})
