import type { Encoder } from '../../core/encoder.ts'
import { toFloat32 } from '../../graph/program.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { Compute } from '../../ops/matmul.ts'
import type { WeightSet } from '../../weights/weight_set.ts'
import type { EncoderConfig, EncoderFamily } from '../families/define.ts'
import { makeNetwork } from '../network.ts'
import type { Bucket } from './batches.ts'
import { type EncoderParts, makeEncoder } from './encoder.ts'
import type { makeGuide } from './guide.ts'
import { encodeModel, tokenBindings } from './programs.ts'

export interface FamilyEncoderParts
  extends Pick<EncoderParts, 'name' | 'fingerprint' | 'tokens' | 'tokenizer'> {
  readonly config: EncoderConfig
  /** Packed. Freed with the encoder. */
  readonly weights: WeightSet
  readonly guide: ReturnType<typeof makeGuide> | null
  /** How products with weights of bf16 multiply. Default f32. */
  readonly compute?: Compute | undefined
}

/** The encoder of a family with these weights. */
export function familyEncoder(
  family: EncoderFamily,
  { config, weights, guide, compute = 'f32', ...parts }: FamilyEncoderParts,
): Encoder {
  const network = makeNetwork(config, weights)
  const model = encodeModel(family, compute)
  const bindings = new Map<number, Record<string, BindingSpec>>()
  const bindingsOf = (bucket: Bucket) => {
    const bound = bindings.get(bucket.rows) ?? { ...weights.specs, ...tokenBindings(bucket) }
    bindings.set(bucket.rows, bound)
    return bound
  }
  const { space, dims, capacityTokens } = config
  return makeEncoder({
    ...parts,
    ...{ space, dims, capacityTokens, guide },
    run: async ({ bucket, ids, positions, offsets, rows }, { signal, threads, device }) => {
      const { vectors } = await network.programs
        .get(model, config, bindingsOf(bucket))
        .run({ ...weights.tensors, ids, positions, offsets }, { scalars: { rows }, signal, threads, device })
      return toFloat32(vectors!)
    },
    dispose: () => {
      guide?.[Symbol.dispose]()
      network.dispose()
    },
  })
}
