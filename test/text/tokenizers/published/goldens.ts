// What make_tokenizers.py wrote: tokenizers, and what the Rust crate makes of texts.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export interface Golden {
  /** What a tokenizer.json says. */
  readonly tokenizer: Json
  readonly ids: readonly (readonly number[])[]
  /** What the ids are decoded to. */
  readonly texts: readonly string[]
}

// biome-ignore lint/suspicious/noExplicitAny: files of any form
export type Json = Record<string, any>

interface Goldens {
  readonly strings: readonly string[]
  /** The spiece.model of t5. */
  readonly spiece: Buffer
  readonly kinds: Readonly<Record<string, Golden>>
}

const made = JSON.parse(
  gunzipSync(
    readFileSync(process.env.VMM_TOKENIZER_GOLDENS ?? new URL('goldens/tokenizers.json.gz', import.meta.url)),
  ).toString(),
)
const charsmap = made.kinds.t5.tokenizer.normalizer.precompiled_charsmap
for (const { tokenizer } of Object.values(made.kinds) as Golden[])
  for (const step of [tokenizer.normalizer, ...(tokenizer.normalizer?.normalizers ?? [])])
    if (step?.precompiled_charsmap === 't5') step.precompiled_charsmap = charsmap

export const goldens: Goldens = { ...made, spiece: Buffer.from(made.spiece, 'base64') }
