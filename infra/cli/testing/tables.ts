/** 40 rows of a text and two numbers. */
export const rows = Array.from({ length: 40 }, (_, i) => `r${i},${i * 3},${i}.5\n`).join('')
export const sales = `Region,Units,Price\n${rows}`
/** 28 days with four numbers each, a line each. */
export const climate = Array.from(
  { length: 28 },
  (_, i) => `2024-01-${String(i + 1).padStart(2, '0')},${i}.5,${i + 3}.5,${i},${i + 2}\n`,
)
