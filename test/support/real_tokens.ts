import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { USE_LITE_TOKENIZER } from '../../lib/models/families/use_lite/config.ts'
import { findUseLite } from '../../lib/models/families/use_lite/source.ts'
import { makeTokens } from '../../lib/text/tokenizers/tokens.ts'

/** The tokens of USE Lite, for encoders that are made up: so that an inverter has something to write. */
export const realTokens = makeTokens(
  USE_LITE_TOKENIZER,
  readFileSync(join(findUseLite(), 'vocab.json'), 'utf8'),
)
