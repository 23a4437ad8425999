/**
 * What spells texts by tokens that stand for bytes, `<0x00>` to `<0xFF>`, where a vocabulary has all that a text needs.
 */
export function byteTokensOf(ids: ReadonlyMap<string, number>): (text: string) => number[] | null {
  const known = Array.from({ length: 256 }, (_, byte) => ids.get(byteToken(byte)))
  return (text) => {
    const out: number[] = []
    for (const byte of Buffer.from(text)) {
      const id = known[byte]
      if (id === undefined) return null
      out.push(id)
    }
    return out
  }
}

/** The byte that a token stands for, or undefined. */
export function byteOf(token: string): number | undefined {
  return /^<0x[0-9A-Fa-f]{2}>$/.test(token) ? Number.parseInt(token.slice(3, 5), 16) : undefined
}

function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
}
