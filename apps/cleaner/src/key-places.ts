import { hash } from 'node:crypto'

/** Keys of a page: pages are added and never copied, so growing costs no second table. */
const pageKeys = 1024
const wordsOfKey = 4
const fewestSlots = 1024

/**
 * Numbers keys from 0 on in the order in which they are first asked for. Of a key only 128 bits of its SHA-256 are kept, so
 * that no key costs more than another: 16 bytes and some 5 to 11 of the slots. That two of a billion keys are taken for one
 * has odds of 1 in 10^21, and nobody can choose keys that are.
 */
export class KeyPlaces {
  readonly #pages: Uint32Array[] = []
  #slots = new Uint32Array(fewestSlots)
  #size = 0

  of(key: Buffer): number {
    const digest = hash('sha256', key, 'binary')
    const [a, b, c, d] = [word(digest, 0), word(digest, 4), word(digest, 8), word(digest, 12)]
    const mask = this.#slots.length - 1
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const place = this.#slots[slot]! - 1
      if (place < 0) return this.#add(slot, [a, b, c, d])
      const page = this.#pages[Math.floor(place / pageKeys)]!
      const at = (place % pageKeys) * wordsOfKey
      if (page[at] === a && page[at + 1] === b && page[at + 2] === c && page[at + 3] === d) return place
    }
  }

  #add(slot: number, words: [number, number, number, number]): number {
    const place = this.#size++
    if (place % pageKeys === 0) this.#pages.push(new Uint32Array(pageKeys * wordsOfKey))
    this.#pages.at(-1)!.set(words, (place % pageKeys) * wordsOfKey)
    this.#slots[slot] = place + 1
    if (this.#size > this.#slots.length * 0.75) this.#grow()
    return place
  }

  /** A slot holds a place plus one, and nought when it is free. */
  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let place = 0; place < this.#size; place++) {
      let slot = this.#pages[Math.floor(place / pageKeys)]![(place % pageKeys) * wordsOfKey]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = place + 1
    }
    this.#slots = slots
  }
}

const word = (digest: string, at: number): number =>
  ((digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)) >>>
  0
