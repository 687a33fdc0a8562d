/** A word of any language for "there is none", among long texts of which it is none: `无`, `нет`, `brak`. */
import type { Column } from './column.ts'
import { counted } from './findings.ts'
import { judgeColumn } from './judge-column.ts'

/** Fewer texts may have it by chance, and one of fewer cells is a text like others. */
const [fewestTexts, fewestOfTen] = [50, 1]
const words = new Set(
  '无,無,没有,不明,未知,なし,無し,ナシ,없음,нет,нема,няма,brak,brak danych,żaden,keine,keiner,kein,keine angabe,k.a.,k. a.,aucun,aucune,néant,ninguno,ninguna,sin dato,sin datos,s/d,nenhum,nenhuma,sem dados,nessuno,nessuna,nessun dato,geen,ingen,inga,ei ole,ei,žádný,žádné,není,nincs,yok,لا يوجد,אין,ไม่มี,không'.split(
    ',',
  ),
)
/** How much longer the others are, and how many of ten of them stand there once. */
const [timesLonger, onceOfTen] = [4, 9]

export function missShortText(column: Column, rows: string[][]): Column {
  const { name, at, type, missing, filled, distinct, doubt } = column
  if (type !== 'string' || filled < fewestTexts || distinct < 2 || doubt !== undefined) return column
  const counts = countsOf(column, rows)
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  if (!most || !standsOut(most, counts, filled)) return column
  const [text, times] = most
  return {
    ...judgeColumn(
      name,
      at,
      rows.map((row) => row[at]!),
      [...missing, text],
    ),
    sure: 'guess',
    doubt: `${JSON.stringify(text)} (${counted(times, 'cell')}) is taken for "no value", because it means that there is none, and the others are long texts: if it is one too, leave it out of missingValues`,
  }
}

function countsOf({ at, missing }: Column, rows: string[][]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const text = row[at]!.trim()
    if (text !== '' && !missing.includes(text)) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return counts
}

function standsOut([text, times]: [string, number], counts: Map<string, number>, filled: number): boolean {
  if (!words.has(text.toLowerCase()) || times * 10 < filled * fewestOfTen) return false
  const [others, cells] = [counts.size - 1, filled - times]
  if (cells < fewestTexts || others * 10 < cells * onceOfTen) return false
  const letters = [...counts.keys()].reduce((sum, one) => sum + one.length, -text.length)
  return letters >= others * text.length * timesLonger
}
