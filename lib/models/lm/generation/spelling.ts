/** Reads token ids as text. */
export type Decode = (ids: readonly number[]) => string

/** The last tokens of a text that grows token by token: as much as is needed to spell the next one. */
export interface Spelling {
  /** Some whose text is there already, which tell how the others are spaced; and those that are no whole characters yet. */
  readonly window: readonly number[]
  readonly spelled: number
  /** What the last token has added to the text. */
  readonly piece: string
}

/** Stands for bytes that are no character, or not yet. */
const UNFINISHED = '\ufffd'

/** The beginning of a text after some tokens, such as those of a prompt. */
export function beginSpelling(before: readonly number[]): Spelling {
  return { window: before, spelled: before.length, piece: '' }
}

/** A text with one more token. */
export function spell({ window, spelled }: Spelling, token: number, decode: Decode): Spelling {
  // One that adds nothing, such as a special one, would make the next one look like the first.
  if (decode([token, token]) === '') return { window, spelled, piece: '' }
  const longer = [...window, token]
  const whole = decode(longer)
  const before = decode(longer.slice(0, spelled))
  if (whole.endsWith(UNFINISHED) || whole.length <= before.length)
    return { window: longer, spelled, piece: '' }
  const rest = longer.slice(spelled)
  return { window: rest, spelled: rest.length, piece: whole.slice(before.length) }
}

/** What is not spelled yet, where no token follows: bytes that are no character are U+FFFD. */
export function restOf({ window, spelled }: Spelling, decode: Decode): string {
  return decode(window).slice(decode(window.slice(0, spelled)).length)
}

/** Where the first of some texts begins; -1 where none does. */
export function findStop(text: string, stops: readonly string[]): number {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  return found.length === 0 ? -1 : Math.min(...found)
}

/** How much of a text can be shown: all but an end that could still become one of some texts. */
export function safeLength(text: string, stops: readonly string[]): number {
  let held = 0
  for (const stop of stops)
    for (let n = Math.min(stop.length - 1, text.length); n > held; n--)
      if (text.endsWith(stop.slice(0, n))) {
        held = n
        break
      }
  return text.length - held
}
