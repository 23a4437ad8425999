import type { Encoder } from '../../core/encoder.ts'
import { requireSameSpace } from '../../core/space.ts'
import type { Tokenizer } from '../../core/tokenizer.ts'
import type { BindingSpec } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { l2Normalize } from '../../layers/norm.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { decodeTexts, type TextCapacity, textInputs } from '../../models/inverter/forward.ts'
import { loadInverterParts } from '../../models/inverter/load.ts'
import { full, gather } from '../../ops/index.ts'
import type { Compute } from '../../ops/matmul.ts'
import { type WeightSet, weightSet } from '../../weights/weight_set.ts'
import { tokenLoss } from '../core/losses.ts'
import type { TrainContext } from '../core/trainable.ts'

/** Leads to all that the decoder is given, its weights and texts: a predictor has tensors of the same names. */
const PREFIX = 'decoder/'

/** Names as the program of the training has them. */
export function forDecoder<T>(named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [PREFIX + name, value]))
}

/** An inverter's decoder that is trained with, and stays as it is. */
export interface FrozenDecoder {
  readonly config: InverterConfig
  readonly tokenizer: Tokenizer
  readonly fingerprint: string
  /** Its weights, by names of the training's program. */
  readonly weights: WeightSet
  dispose(): void
}

/** Opens the decoder of an inverter's folder. Throws as loadInverter does; SPACE_MISMATCH for one of another space. */
export async function openDecoder(
  folder: string,
  encoder: Encoder,
  { cacheDir, signal }: Pick<TrainContext, 'cacheDir' | 'signal'>,
): Promise<FrozenDecoder> {
  const { network, fingerprint, dispose } = await loadInverterParts(folder, {
    cacheDir,
    signal,
    weights: 'plain',
  })
  try {
    const { config, tokens, weights } = network
    requireSameSpace(config, encoder)
    const tensors = forDecoder(weights.tensors)
    return {
      config,
      tokenizer: tokens.tokenizer,
      fingerprint,
      weights: weightSet(tensors, 'shared'),
      dispose,
    }
  } catch (error) {
    dispose()
    throw error
  }
}

/**
 * Inputs of decodedSurprise: those of inverterForward beside vectors and noise, and
 *   row i32 [texts]: the row whose prediction a text is decoded from; targets i32 [rows]: the token after each;
 *   lossWeights f32 [rows].
 */
export function decoderInputs(config: InverterConfig, capacity: TextCapacity): Record<string, BindingSpec> {
  const { vectors: _, noise: __, ...texts } = textInputs(config, capacity)
  return forDecoder<BindingSpec>({
    ...texts,
    row: { kind: 'input', dtype: 'i32', shape: [capacity.texts] },
    targets: { kind: 'input', dtype: 'i32', shape: [capacity.rows], live: 'rows' },
    lossWeights: { kind: 'input', dtype: 'f32', shape: [capacity.rows], live: 'rows' },
  })
}

/**
 * The mean surprise of a token of the sentences that follow, in nats, when the decoder is given the predicted vectors
 * and the tokens before each: the loss of SONAR-LLM (Dragunov et al. 2025, arXiv 2508.05305). A vector counts by its
 * direction.
 *
 * @param blur what a decoder that asks is told of the predictions, as when they are inverted
 * @param predicted [rows, dims], where the encoder's vectors lie
 */
export function decodedSurprise(
  config: InverterConfig,
  values: Readonly<Record<string, Value>>,
  predicted: Value,
  blur: number,
  compute: Compute,
): Value {
  const own = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value]] : [],
    ),
  )
  const { row, targets, lossWeights } = own
  const vectors = l2Normalize(gather({ x: predicted, index: row! }))
  const noise = full([row!.shape[0]!, 1], blur)
  const { logits } = decodeTexts(config, { ...own, vectors, noise }, compute)
  return tokenLoss(logits, targets!, lossWeights!, 0)
}
