import { expect, it } from 'vitest'
import { readAsked } from './preview.ts'

it.each([
  [{}, { datasets: [], pictures: ['light'] }],
  [
    { DATASET: 'earthquakes', PICTURES: '1' },
    { datasets: ['earthquakes'], pictures: ['light'] },
  ],
  [
    { DATASET: 'a,b c', PICTURES: '0' },
    { datasets: ['a', 'b', 'c'], pictures: [] },
  ],
  [{ PICTURES: 'dark' }, { datasets: [], pictures: ['dark'] }],
  [{ PICTURES: 'dark,light' }, { datasets: [], pictures: ['light', 'dark'] }],
])('%o asks for %o', (env, wanted) => expect(readAsked(env)).toEqual(wanted))

it('an unknown theme is named, with those that there are', () =>
  expect(() => readAsked({ PICTURES: 'light,blue' })).toThrow(
    'PICTURES=light,blue is unknown: choose 0, light, dark or light,dark.',
  ))
