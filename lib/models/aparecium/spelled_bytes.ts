/** Private characters, one for each byte that is none of ASCII: what normalisation leaves alone. */
const FIRST = 0xe000
const ASCII = 0x80

/** Bytes as characters: those of ASCII as they are. */
export function spelledBytes(bytes: Iterable<number>): string {
  let spelled = ''
  for (const byte of bytes) spelled += String.fromCharCode(byte < ASCII ? byte : FIRST + byte)
  return spelled
}

/** A text as the bytes of its UTF-8. */
export function spelledText(text: string): string {
  return spelledBytes(Buffer.from(text))
}

/** The text that bytes are, U+FFFD where they are none. What else is in it stays as it is. */
export function unspelled(spelled: string): string {
  return spelled.replace(/[\ue080-\ue0ff]+/g, (bytes) =>
    Buffer.from(Array.from(bytes, (character) => character.charCodeAt(0) - FIRST)).toString(),
  )
}
