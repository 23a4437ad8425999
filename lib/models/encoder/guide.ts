import type { GuidedText, TokenGuide } from '../../core/encoder.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { toFloat32 } from '../../graph/program.ts'
import { packTokens } from '../../text/packed_tokens.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import type { EncoderConfig, EncoderFamily } from '../families/define.ts'
import { makeNetwork, type Network } from '../network.ts'
import type { Bucket } from './batches.ts'
import { liftsModel, tokenBindings } from './programs.ts'

/** Texts of a run, and their tokens: few sizes, so that few programs are compiled. */
const SIZES: readonly Bucket[] = [
  { sequences: 4, rows: 128 },
  { sequences: 64, rows: 2048 },
]

/**
 * The guide of an encoder. It is disposed when nothing that it was asked is under way any more.
 *
 * @param open gives its weights as they were stored, not packed: asked for on first use
 */
export function makeGuide(
  family: EncoderFamily,
  config: EncoderConfig,
  open: () => Promise<WeightSet>,
): TokenGuide & Disposable {
  const { dims, capacityTokens } = config
  const model = liftsModel(family)
  const sizes = [...SIZES, ...(capacityTokens > 2048 ? [{ sequences: 4, rows: capacityTokens }] : [])]
  let opening: Promise<Network<EncoderConfig>> | null = null
  let opened: Network<EncoderConfig> | null = null
  const network = (): Promise<Network<EncoderConfig>> => {
    opening ??= open().then((weights) => {
      opened = makeNetwork(config, weights)
      return opened
    })
    // What failed once, such as for want of memory, may succeed the next time.
    opening.catch(() => {
      opening = null
    })
    return opening
  }
  const block = async (
    texts: readonly GuidedText[],
    asked: number,
    { signal, threads, device }: RunOptions,
  ): Promise<Float32Array[]> => {
    const { weights, programs } = await network()
    const read = texts.map(({ tokens }) => cut(tokens, capacityTokens))
    const size = sizeFor(sizes, read)!
    const { rows, ...inputs } = packTokens(read, size.sequences)
    const program = programs.get(model, config, {
      ...weights.specs,
      ...tokenBindings(size),
      vectors: { kind: 'input', dtype: 'f32', shape: [size.sequences, dims] },
      asked: { kind: 'input', dtype: 'i32', shape: [size.rows, asked], live: 'rows' },
    })
    const vectors = new Float32Array(size.sequences * dims)
    const questions = new Int32Array(rows * asked)
    for (const [i, text] of texts.entries()) {
      const [begin, end] = [inputs.offsets[i]!, inputs.offsets[i + 1]!]
      vectors.set(text.vector, i * dims)
      questions.set(text.asked.subarray(0, (end - begin) * asked), begin * asked)
    }
    const outputs = await program.run(
      { ...weights.tensors, ...inputs, vectors, asked: questions },
      { signal, threads, device, scalars: { rows } },
    )
    const all = toFloat32(outputs.lifts!)
    return texts.map(({ tokens }, i) => {
      const own = all.subarray(inputs.offsets[i]! * asked, inputs.offsets[i + 1]! * asked)
      if (own.length === tokens.length * asked) return own
      // The model does not read what lies beyond its capacity.
      const whole = new Float32Array(tokens.length * asked)
      whole.set(own)
      return whole
    })
  }
  return {
    lifts: async (texts, asked, options) => {
      const lifts: Float32Array[] = []
      const lengths = texts.map(({ tokens }) => ({ length: Math.min(tokens.length, capacityTokens) }))
      for (let first = 0; first < texts.length; ) {
        let last = first + 1
        while (last < texts.length && sizeFor(sizes, lengths.slice(first, last + 1))) last++
        lifts.push(...(await block(texts.slice(first, last), asked, options)))
        first = last
      }
      return lifts
    },
    [Symbol.dispose]: () => opened?.dispose(),
  }
}

/** The smallest size that has room for some texts; one of them alone always finds one. */
function sizeFor(
  sizes: readonly Bucket[],
  texts: readonly { readonly length: number }[],
): Bucket | undefined {
  const rows = texts.reduce((sum, { length }) => sum + length, 0)
  return sizes.find((size) => size.sequences >= texts.length && size.rows >= rows)
}

function cut(tokens: ArrayLike<number>, capacity: number): Int32Array {
  return Int32Array.from({ length: Math.min(tokens.length, capacity) }, (_, i) => tokens[i]!)
}
