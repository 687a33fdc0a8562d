declare module '@openpgp/unbzip2-stream/lib/bit_iterator.js' {
  /** Takes so many bits, or with null those that are left of a byte. `bytesRead` counts the bytes begun. */
  function bitIterator(next: () => Uint8Array): ((count: number | null) => number) & { bytesRead: number }
  export = bitIterator
}

declare module '@openpgp/unbzip2-stream/lib/bzip2.js' {
  type Bits = (count: number | null) => number

  const bzip2: {
    /** @returns the size of the blocks of a stream, in 100 kB */
    header: (bits: Bits) => number
    /**
     * @param sum of the blocks so far
     * @returns the sum with this block, or null at the end of the stream
     * @throws an error when a sum is another one, or this is no block
     */
    decompress: (
      bits: Bits,
      push: (byte: number) => void,
      table: Int32Array,
      size: number,
      sum: number,
    ) => number | null
  }
  export = bzip2
}
