import { readTensor } from '../../../tensor/device_tensor.ts'
import { readTokens } from '../../../text/tokenizers/tokens.ts'
import { defineFamily } from '../define.ts'
import { sampleTokens } from '../sample.ts'
import { USE_LITE_TOKENIZER, type UseLiteConfig, useLiteConfig } from './config.ts'
import { useLiteBundle, useLiteFolder } from './convert.ts'
import { useLiteForward, useLitePooling } from './forward.ts'
import { useLiteGolden } from './golden.ts'
import { TIMING, useLiteParameters } from './parameters.ts'
import { findUseLite, USE_LITE_PACKAGE } from './source.ts'

/** Universal Sentence Encoder Lite (Cer et al. 2018, arXiv 1803.11175). */
export const useLite = defineFamily<UseLiteConfig>({
  architecture: 'use-lite',
  config: useLiteConfig,
  fromWeights: (config, weights) => ({
    ...config,
    inverseFrequencies: [...readTensor(weights.get(TIMING))],
  }),
  tokenizer: readTokens,
  parameters: useLiteParameters,
  table: 'embedding',
  forward: useLiteForward,
  pooling: (_, w, hidden, inputs) => useLitePooling(w, hidden, inputs),
  operations: ({ width, dims, ffn, layers }, tokens) => {
    let total = 2 * tokens * width * dims + 2 * dims * dims
    for (let i = 0; i < layers; i++) {
      const d = i === 0 ? width : dims
      total += 2 * tokens * (3 * d * d + d * dims + 2 * dims * ffn) + 4 * tokens * tokens * d
    }
    return total
  },
  models: {
    'use-lite': {
      package: USE_LITE_PACKAGE,
      find: findUseLite,
      folder: useLiteFolder,
      bundle: ({ cacheDir, signal }) => useLiteBundle({ cache: cacheDir, signal }),
      golden: useLiteGolden,
    },
  },
  published: null,
  sample: {
    config: {
      space: 'sample-24',
      dims: 24,
      capacityTokens: 12,
      vocabulary: 40,
      width: 16,
      heads: 2,
      ffn: 20,
    },
    tokens: () => sampleTokens(USE_LITE_TOKENIZER, 40),
  },
})
