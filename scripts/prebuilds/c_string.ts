/** The text at an offset, up to the next zero byte. */
export function cString(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, bytes.indexOf(0, at))
}
