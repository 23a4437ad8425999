import { badArgument, check, describe } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import type { Pieces, Tokenizer } from '../../core/tokenizer.ts'

/** What the text must and must not contain. Strings count character by character, after NFKC normalisation. */
export interface ConstraintOptions {
  /** Strings that must occur in the text, as they are. */
  readonly include?: readonly string[] | undefined
  /** Strings that must not occur. */
  readonly exclude?: readonly string[] | undefined
  /** All that these find in `hints` must occur; with the flag g or without. */
  readonly keep?: readonly RegExp[] | undefined
  /** A text, such as the one that the vectors are of. */
  readonly hints?: string | undefined
}

/** What the automaton is made for: more than any text of a model's length can hold. */
const MOST_STRINGS = 256
const MOST_CHARACTERS = 4096

/** A string and the argument that it comes from, for messages. */
interface Given {
  readonly text: string
  readonly argument: string
}

export interface ConstraintStrings {
  /** None of them is part of another. */
  readonly required: readonly string[]
  readonly excluded: readonly string[]
}

/**
 * Reads and checks the options of constraints.
 *
 * @throws VmmError BAD_ARGUMENT naming the argument: for a wrong type, an empty string, a required string with
 * characters that the vocabulary cannot write, or one that contains an excluded string
 */
export function readConstraints(
  options: ConstraintOptions,
  pieces: Pieces,
  tokenizer: Pick<Tokenizer, 'encode'>,
): ConstraintStrings {
  refuseUnknown(options, { include: true, exclude: true, keep: true, hints: true }, 'constraints.')
  const required = [...readStrings(options.include, 'constraints.include'), ...readKept(options)]
  const excluded = readStrings(options.exclude, 'constraints.exclude')
  for (const strings of [required, excluded]) checkAmount(strings)
  for (const { text, argument } of required) {
    const written = pieces.text(tokenizer.encode(text))
    if (written !== text) throw unwritable(text, written, argument, pieces)
    const other = excluded.find((one) => text.includes(one.text))
    if (other)
      throw badArgument(
        argument,
        `${describe(text)}, which contains ${describe(other.text)} of ${other.argument}`,
        'a string without excluded ones in it',
      )
  }
  const texts = [...new Set(required.map(({ text }) => text))]
  return {
    required: texts.filter((text) => !texts.some((other) => other !== text && other.includes(text))),
    excluded: [...new Set(excluded.map(({ text }) => text))],
  }
}

function checkAmount(strings: readonly Given[]): void {
  const characters = strings.reduce((sum, { text }) => sum + text.length, 0)
  if (strings.length <= MOST_STRINGS && characters <= MOST_CHARACTERS) return
  throw badArgument(
    strings[0]!.argument.replace(/\[.*/, ''),
    `${strings.length} strings of ${characters} characters`,
    `at most ${MOST_STRINGS}, of ${MOST_CHARACTERS} characters together`,
  )
}

function readStrings(strings: readonly string[] = [], name: string): Given[] {
  check(Array.isArray(strings), name, strings, 'an array of strings')
  return strings.map((text: unknown, i) => {
    const argument = `${name}[${i}]`
    check(typeof text === 'string' && text !== '', argument, text, 'a string of at least one character')
    return { text: text.normalize('NFKC'), argument }
  })
}

function readKept({ keep = [], hints }: ConstraintOptions): Given[] {
  check(Array.isArray(keep), 'constraints.keep', keep, 'an array of regular expressions')
  keep.forEach((pattern: unknown, i) => {
    check(pattern instanceof RegExp, `constraints.keep[${i}]`, pattern, 'a regular expression')
  })
  check(
    typeof hints === 'string' || (hints === undefined && keep.length === 0),
    'constraints.hints',
    hints,
    'a string, in which constraints.keep looks for what to keep',
  )
  return keep.flatMap((pattern, i) => {
    // A copy starts at index 0 and leaves the caller's lastIndex alone.
    const every = new RegExp(pattern.source, pattern.global ? pattern.flags : `${pattern.flags}g`)
    return [...(hints ?? '').matchAll(every)]
      .filter(([found]) => found !== '')
      .map(([found]) => ({ text: found.normalize('NFKC'), argument: `constraints.keep[${i}]` }))
  })
}

function unwritable(text: string, written: string, argument: string, pieces: Pieces): Error {
  // The tokenizer also writes the space before a text.
  const missing = [...new Set(` ${text}`)].filter((character) => pieces.find(character) === undefined)
  if (missing.length === 0)
    return badArgument(argument, describe(text), `a string as the tokenizer writes it, ${describe(written)}`)
  const names = missing.map((character) => JSON.stringify(character)).join(', ')
  return badArgument(argument, `${describe(text)} with ${names}`, 'characters that the vocabulary can write')
}
