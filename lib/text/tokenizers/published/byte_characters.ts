/** The characters that byte-level vocabularies write bytes with: printable ones as they are, others from U+0100 on. */
const CHARACTERS: readonly string[] = (() => {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const isShown = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCharCode(isShown ? byte : next++)
  })
})()
const CODES = Uint16Array.from(CHARACTERS, (character) => character.charCodeAt(0))
const BYTES: ReadonlyMap<string, number> = new Map(CHARACTERS.map((character, byte) => [character, byte]))

/** Longer pieces are not made character by character. */
const SHORT = 64

/** The bytes of a text in UTF-8, each as its character. */
export function byteCharacters(text: string): string {
  if (/^ ?[!-~]*$/.test(text)) return text.startsWith(' ') ? CHARACTERS[32] + text.slice(1) : text
  const bytes = Buffer.from(text)
  if (bytes.length > SHORT)
    return Buffer.from(Uint16Array.from(bytes, (byte) => CODES[byte]!).buffer).toString('utf16le')
  let out = ''
  for (const byte of bytes) out += CHARACTERS[byte]
  return out
}

/** The bytes that a token's characters stand for; those of the token itself where one of them stands for none. */
export function bytesOfCharacters(token: string): Buffer {
  const bytes: number[] = []
  for (const character of token) {
    const byte = BYTES.get(character)
    if (byte === undefined) return Buffer.from(token)
    bytes.push(byte)
  }
  return Buffer.from(bytes)
}
