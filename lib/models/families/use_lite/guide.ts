import { join } from 'node:path'
import type { RunOptions } from '../../../core/run_options.ts'
import { toFloat32 } from '../../../graph/program.ts'
import { programCache } from '../../../graph/program_cache.ts'
import type { BindingSpec } from '../../../graph/trace.ts'
import type { DeviceTensor } from '../../../tensor/device_tensor.ts'
import type { UnigramVocabulary } from '../../../text/tokenizers/unigram.ts'
import { mapWeights } from '../../../weights/map.ts'
import type { GuidedText, TokenGuide } from '../../guide.ts'
import { USE_LITE } from './convert.ts'
import { type UseLiteConfig, useLiteLifts } from './forward.ts'

/** Texts of a run, and their tokens: few sizes, so that few programs are compiled. */
const sizes = [
  { texts: 4, rows: 128 },
  { texts: 64, rows: 2048 },
]

/** The guide of a folder with the bundle of USE Lite. Its weights are mapped again, as they were stored, on first use. */
export function makeUseLiteGuide(
  folder: string,
  vocabulary: UnigramVocabulary,
  config: UseLiteConfig,
): TokenGuide & { dispose(): void } {
  const programs = programCache()
  let mapped: Promise<Map<string, DeviceTensor>> | null = null
  const block = async (
    texts: readonly GuidedText[],
    asked: number,
    { signal, threads, device }: RunOptions,
  ): Promise<Float32Array[]> => {
    mapped ??= mapWeights(join(folder, USE_LITE.weights))
    const weights = await mapped
    const total = texts.reduce((n, { tokens }) => n + tokens.length, 0)
    const size = sizes.find((s) => s.texts >= texts.length && s.rows >= total)!
    const program = programs.get(useLiteLifts, config, {
      ...Object.fromEntries(
        [...weights].map(([name, { dtype, shape }]): [string, BindingSpec] => [
          name,
          { kind: 'weight', dtype, shape },
        ]),
      ),
      ids: { kind: 'input', dtype: 'i32', shape: [size.rows], live: 'rows' },
      positions: { kind: 'input', dtype: 'i32', shape: [size.rows], live: 'rows' },
      offsets: { kind: 'input', dtype: 'i32', shape: [size.texts + 1] },
      vectors: { kind: 'input', dtype: 'f32', shape: [size.texts, USE_LITE.dims] },
      asked: { kind: 'input', dtype: 'i32', shape: [size.rows, asked], live: 'rows' },
    })
    const inputs = {
      ids: new Int32Array(total),
      positions: new Int32Array(total),
      offsets: new Int32Array(size.texts + 1).fill(total),
      vectors: new Float32Array(size.texts * USE_LITE.dims),
      asked: new Int32Array(total * asked),
    }
    let row = 0
    for (const [i, text] of texts.entries()) {
      inputs.offsets[i] = row
      inputs.vectors.set(text.vector, i * USE_LITE.dims)
      inputs.asked.set(text.asked, row * asked)
      for (let t = 0; t < text.tokens.length; t++, row++) {
        inputs.ids[row] = text.tokens[t]!
        inputs.positions[row] = t
      }
    }
    const outputs = await program.run(
      { ...Object.fromEntries(weights), ...inputs },
      { signal, threads, device, scalars: { rows: total } },
    )
    const all = toFloat32(outputs.lifts!)
    return texts.map(({ tokens }, i) => {
      const begin = inputs.offsets[i]!
      return all.subarray(begin * asked, (begin + tokens.length) * asked)
    })
  }
  return {
    vocabulary,
    lifts: async (texts, asked, options) => {
      const lifts: Float32Array[] = []
      const most = sizes.at(-1)!
      for (let first = 0; first < texts.length; ) {
        let [last, rows] = [first, 0]
        while (
          last < texts.length &&
          last - first < most.texts &&
          rows + texts[last]!.tokens.length <= most.rows
        )
          rows += texts[last++]!.tokens.length
        lifts.push(...(await block(texts.slice(first, last), asked, options)))
        first = last
      }
      return lifts
    },
    dispose: () => {
      programs.dispose()
      mapped
        ?.then((weights) => {
          for (const tensor of weights.values()) tensor.dispose()
        })
        .catch(() => {}) // told to whoever asked
    },
  }
}
