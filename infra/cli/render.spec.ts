import { describe, expect, it } from 'vitest'
import { render } from './render.ts'

const reasons = [{ field: 'mag', code: 'maximum', message: '11 is more than 10' }]
const answer = { rows: [{ id: '0-7', row: 12, reasons }], total: 1 }

describe('an answer', () => {
  it('is a table for people', () => {
    expect(render(answer, 'rows', 'table')).toBe(
      'id   row  reasons\n0-7  12   mag: maximum, 11 is more than 10\n',
    )
  })

  it('of no rows says so', () => {
    expect(render({ rows: [] }, 'rows', 'table')).toBe('none\n')
  })

  it('of one thing is a list of its properties', () => {
    expect(render({ id: '0-7', row: 12 }, undefined, 'table')).toBe('id   0-7\nrow  12\n')
  })

  it('is JSON for programs, whole or a row a line', () => {
    expect(JSON.parse(render(answer, 'rows', 'json'))).toEqual(answer)
    expect(render(answer, 'rows', 'jsonl')).toBe(`${JSON.stringify(answer.rows[0])}\n`)
  })

  it('cannot command the terminal', () => {
    const shown = render({ text: 'a\u001b[2Jb\u202ec\nd' }, undefined, 'table')
    expect(shown).toBe('text  a\\u{1b}[2Jb\\u{202e}c\\u{a}d\n')
  })

  it('cannot command the terminal as JSON either, and says the same', () => {
    const hostile = { rows: [{ text: 'a\u009b2Jb\u202ec\u{e0041}d\u001b' }] }
    for (const format of ['json', 'jsonl'] as const) {
      const shown = render(hostile, 'rows', format)
      expect(shown).toContain('a\\u009b2Jb\\u202ec\\udb40\\udc41d\\u001b')
      expect(JSON.parse(shown)).toEqual(format === 'json' ? hostile : hostile.rows[0])
    }
  })
})
