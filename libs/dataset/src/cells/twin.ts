const end = '~simulated'

/** How the simulated twin of a key is called. A measured key may end so, too. */
export const twinOf = (key: string): string => `${key}${end}`

export const isLikeTwin = (key: string): boolean => key.endsWith(end)
