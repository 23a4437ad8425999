import { join } from 'node:path'
import { describe, VmmError } from '../../../core/errors.ts'
import { parseJson } from '../../../io/json.ts'
import { type JsonFields, jsonFields } from '../../../io/json_fields.ts'
import { readOptionalFile } from '../../../io/read.ts'
import type { FoundTokenizer } from './find_tokenizer.ts'

/** Tokens that are no text. */
export interface SpecialTokens {
  /** Each of them ends a text. */
  readonly ends: readonly number[]
  /** What stands before every text; null where nothing does. */
  readonly begin: number | null
  /** What the decoder of an encoder–decoder begins with; null where nothing says it. */
  readonly decoderStart: number | null
}

const MOST_BYTES = 1 << 24

/**
 * The special tokens of a folder: what generation_config.json says, else config.json, else the names in tokenizer_config.json.
 *
 * @param model its folder and what its config.json says
 * @param found the folder of the tokenizer, which may be another one
 * @throws VmmError BAD_FILE naming file and field for an id that the model does not have
 */
export async function readSpecialTokens(
  { folder, json: config }: { readonly folder: string; readonly json: JsonFields },
  found: FoundTokenizer,
  vocabulary: number,
): Promise<SpecialTokens> {
  const generation = await optionalFields(join(folder, 'generation_config.json'))
  const tokenizer = await optionalFields(join(found.folder, 'tokenizer_config.json'))
  const ids = (field: string): number[] => {
    const said = [generation, config].find((fields) => fields?.has(field))
    if (!said) return []
    const value = said.raw(field)
    const list: unknown[] = Array.isArray(value) ? value : [value]
    for (const id of list)
      if (!(Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabulary))
        throw new VmmError(
          'BAD_FILE',
          `${said.name}: ${field}: got ${describe(id)}; expected a token below ${vocabulary}`,
        )
    return list as number[]
  }
  const named = (field: string): number[] => {
    const value = tokenizer?.raw(field)
    const content =
      typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : value
    const id = typeof content === 'string' ? found.tokenizer.idOf(content) : undefined
    return id === undefined || id >= vocabulary ? [] : [id]
  }
  const of = (kind: string) => {
    const found = ids(`${kind}_token_id`)
    return found.length > 0 ? found : named(`${kind}_token`)
  }
  return {
    ends: [...new Set(of('eos'))],
    begin: of('bos')[0] ?? null,
    decoderStart: ids('decoder_start_token_id')[0] ?? null,
  }
}

async function optionalFields(path: string): Promise<JsonFields | null> {
  const content = await readOptionalFile(path, MOST_BYTES)
  return content && jsonFields(path, parseJson(content.toString(), path))
}
