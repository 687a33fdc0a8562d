/** For a timer: work that has not ended when it is due again is not begun a second time. It must not reject. */
export function oneAtATime(work: () => Promise<unknown>): () => void {
  let isUnderWay = false
  return () => {
    if (isUnderWay) return
    isUnderWay = true
    void work().finally(() => (isUnderWay = false))
  }
}

/** False when the work goes on behind us. Rejects as it does. */
export async function doneWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer!)
  }
}
