import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

interface Tokenizers {
  readonly Tokenizer: new (json: object, config: object) => { encode(text: string): { ids: number[] } }
}

/** The tokenizer of a published model, as `@huggingface/tokenizers` reads it. */
export function tokenizerOf(folder: string) {
  const { Tokenizer } = require('@huggingface/tokenizers') as Tokenizers
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as object
  return new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'))
}
