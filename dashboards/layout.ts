/** Where panels stand: numbers in a row of four, the map and tables over the whole width, everything else two in a row. */
import type { Panel } from './panel.ts'

type Unplaced<P = Panel> = P extends Panel ? Omit<P, 'at'> : never

/** Columns of a dashboard. */
export const columns = 48

const sizeOf = (panel: Unplaced): { w: number; h: number } => {
  if (panel.kind === 'metric') return { w: 12, h: 6 }
  if (panel.kind === 'map') return { w: 48, h: 24 }
  if (panel.kind === 'top' && panel.shape === 'table') return { w: 48, h: 10 }
  return panel.kind === 'table' ? { w: 48, h: 12 } : { w: 24, h: 14 }
}

/** In the given order, from left to right; a row is as high as its highest panel, and no two overlap. */
export function placed(panels: Unplaced[]): Panel[] {
  let [x, y, height] = [0, 0, 0]
  const standing = panels.map((panel) => {
    const { w, h } = sizeOf(panel)
    if (x + w > columns) [x, y, height] = [0, y + height, 0]
    const at = { x, y, w, h }
    x += w
    height = Math.max(height, h)
    return { ...panel, at }
  })
  return standing.map((panel, i) => widened(panel, standing[i + 1]))
}

/** The last panel of a row takes what is left of it. */
function widened<P extends Panel>(panel: P, next: Panel | undefined): P {
  const { at } = panel
  return next?.at.y === at.y ? panel : { ...panel, at: { ...at, w: columns - at.x } }
}

export type { Unplaced }
