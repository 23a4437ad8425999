import { VmmError } from '../../core/errors.ts'
import { type Constraints, createConstraints } from '../constraints/constraints.ts'
import type { ConstraintOptions } from '../constraints/strings.ts'
import { spelledText, unspelled } from './spelled_bytes.ts'
import type { ByteTokens } from './tokens.ts'

/**
 * Constraints on texts whose tokens spell bytes: strings count byte by byte, as they are, without normalisation. Throws as
 * createConstraints does.
 */
export function byteConstraints(
  options: ConstraintOptions,
  { tokens, spelled }: ByteTokens,
  maxTokens: number,
): Constraints {
  const tokenizer = { encode: (text: string) => tokens.tokenizer.encode(unspelled(text)) }
  try {
    return createConstraints(asBytes(options), spelled, tokenizer, maxTokens)
  } catch (error) {
    if (!(error instanceof VmmError)) throw error
    const { code, message, argument } = error
    throw new VmmError(code, unspelled(message), {
      cause: error,
      ...(argument !== undefined && { argument }),
    })
  }
}

/** What is found by patterns is found in characters. What is wrong stays as it is, for createConstraints to name it. */
function asBytes(options: ConstraintOptions): ConstraintOptions {
  if (typeof options !== 'object' || options === null) return options
  const { include = [], exclude, keep, hints } = options
  const spell = <T>(strings: T) => (Array.isArray(strings) ? strings.map(spellOne) : strings) as T
  const own = { ...options, include: spell(include), exclude: spell(exclude) }
  const isReadable =
    Array.isArray(include) &&
    Array.isArray(keep) &&
    keep.every((one) => one instanceof RegExp) &&
    typeof hints === 'string'
  if (!isReadable) return own
  const found = keep.flatMap(({ source, flags }) =>
    [...hints.matchAll(new RegExp(source, flags.includes('g') ? flags : `${flags}g`))].map(([one]) => one),
  )
  const kept = found.filter((one) => one !== '').map(spelledText)
  return { ...own, include: [...own.include, ...kept], keep: undefined, hints: undefined }
}

const spellOne = (one: unknown) => (typeof one === 'string' ? spelledText(one) : one)
