/** A word of any language for "there is none", among long texts of which it is none: `无`, `нет`, `brak`. */
import type { Column } from './column.ts'
import { counted } from './findings.ts'
import { judgeWithoutThese } from './judge-column.ts'

const words = new Set(
  '无,無,没有,不明,未知,なし,無し,ナシ,없음,нет,нема,няма,brak,brak danych,żaden,keine,keiner,kein,keine angabe,k.a.,k. a.,aucun,aucune,néant,ninguno,ninguna,sin dato,sin datos,s/d,nenhum,nenhuma,sem dados,nessuno,nessuna,nessun dato,geen,ingen,inga,ei ole,ei,žádný,žádné,není,nincs,yok,لا يوجد,אין,ไม่มี,không'.split(
    ',',
  ),
)
/** Other cells, how many of ten of them stand there once, and how much longer they are: then it is none of them. */
const [fewestOthers, onceOfTen, timesLonger] = [50, 9, 4]

export function missShortText(column: Column, rows: string[][]): Column {
  if (column.type !== 'string' || column.doubt !== undefined) return column
  const counts = countsOf(column, rows)
  const word = [...counts.keys()].find((text) => words.has(text.toLowerCase()))
  if (word === undefined || !standsOut(word, counts, column.filled)) return column
  const told = `${JSON.stringify(word)} (${counted(counts.get(word)!, 'cell')}) is taken for "no value", because it means that there is none, and the others are long texts: if it is one too, leave it out of missingValues`
  return judgeWithoutThese(column, rows, [word], told)
}

function countsOf({ at, missing }: Column, rows: string[][]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const text = row[at]!.trim()
    if (text !== '' && !missing.includes(text)) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return counts
}

/** In a tenth of the cells and more. */
function standsOut(word: string, counts: Map<string, number>, filled: number): boolean {
  const times = counts.get(word)!
  const [others, cells] = [counts.size - 1, filled - times]
  if (times * 10 < filled || cells < fewestOthers || others * 10 < cells * onceOfTen) return false
  const letters = [...counts.keys()].reduce((sum, text) => sum + text.length, -word.length)
  return letters >= others * word.length * timesLonger
}
