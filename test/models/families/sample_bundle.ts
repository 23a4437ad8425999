import { join } from 'node:path'
import type { Tokens } from '../../../lib/core/tokenizer.ts'
import { saveEncoder } from '../../../lib/models/encoder/save.ts'
import type { EncoderConfig, EncoderFamily } from '../../../lib/models/families/define.ts'
import { startValues } from '../../../lib/weights/specs.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** The folder of a bundle with a family's sample: its small config with random weights. */
export async function sampleBundle(
  family: EncoderFamily,
  dtype: 'f32' | 'bf16' = 'f32',
  change: Partial<EncoderConfig> = {},
  tokens: Tokens = family.sample.tokens(),
): Promise<string> {
  const { sample } = family
  const config = family.config({ ...sample.config, ...change })
  const folder = join(temporaryFolder(), family.architecture)
  await saveEncoder(folder, family, {
    config,
    tokens,
    parameters: startValues(family.parameters(config), 1),
    dtype,
    licence: 'CC0-1.0',
    trainingData: 'none',
  })
  return folder
}
