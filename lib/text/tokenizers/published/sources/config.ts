import { describe, VmmError } from '../../../../core/errors.ts'
import { type Field, flagOf, isGiven, member, objectOf, textOf, wrong } from '../fields.ts'

/** What a model's tokenizer_config.json and config.json say of its tokenizer, where there are such files. */
export interface TokenizerConfig {
  /** tokenizer_config.json, or an object without keys. */
  readonly field: Field
  /** Such as `bert`: `tokenizer_class` without its ending, else `model_type` of config.json; null without both. */
  readonly kind: string | null
}

/** Throws VmmError BAD_FILE naming a field that is wrong. */
export function tokenizerConfigOf(field: Field, model: Field): TokenizerConfig {
  const named = textOf(member(field, 'tokenizer_class'), '')
    .replace(/(Tokenizer)?(Fast)?$/, '')
    .toLowerCase()
  const type = textOf(member(model, 'model_type'), '').toLowerCase()
  // The class of any tokenizer.json says nothing.
  const own = named === 'pretrained' ? '' : named
  return { field, kind: own || type.replaceAll('-', '') || null }
}

/** The content of a special token, given as text or as an object; `fallback` where nothing is given. */
export function tokenOf(config: TokenizerConfig, key: string, fallback: string): string {
  const field = member(config.field, key)
  if (!isGiven(field) || typeof field.value === 'string') return textOf(field, fallback)
  return textOf(member(field, 'content'))
}

/** A flag of tokenizer_config.json; null where it is null or missing and there is no other. */
export function settingOf(config: TokenizerConfig, key: string, fallback: boolean): boolean {
  return flagOf(member(config.field, key), fallback)
}

/** The added tokens that tokenizer_config.json lists, in the order of their ids; null where it lists none. */
export function listedTokens(config: TokenizerConfig): readonly unknown[] | null {
  const listed = member(config.field, 'added_tokens_decoder')
  if (!isGiven(listed)) return null
  return Object.keys(objectOf(listed))
    .sort((a, b) => Number(a) - Number(b))
    .map((id) => {
      const token = member(listed, id)
      if (!/^\d{1,7}$/.test(id)) throw wrong(token, 'a token under its id')
      return objectOf(token)
    })
}

/** UNSUPPORTED: files that do not say how the kind of a tokenizer splits texts. */
export function unknownKind(file: string, kind: string | null, known: readonly string[]): VmmError {
  const given = kind === null ? 'no tokenizer_class and no model_type is known' : `the kind ${describe(kind)}`
  return new VmmError(
    'UNSUPPORTED',
    `${file}: ${given}; of its vocabulary alone tokenizers of the kinds ${known.join(', ')} can be made; others need a tokenizer.json`,
  )
}
