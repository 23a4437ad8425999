import type { RunOptions } from '../../core/run_options.ts'
import { toFloat32 } from '../../graph/program.ts'
import type { BindingSpec, TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { nextLogits } from '../../layers/next_logits.ts'
import { weightsOf } from '../../layers/weights.ts'
import { crossEntropy, gather } from '../../ops/index.ts'
import { packBatches } from '../encoder/batches.ts'
import type { Network } from '../network.ts'
import type { LanguageModelConfig } from './config.ts'
import { languageModelHidden, type TokenCapacity, tokenInputs } from './forward.ts'

/** A text as token ids, and what the model reads before it. */
export interface TextInContext {
  /** As contextTokens gives it: each sentence with its end. */
  readonly before: ArrayLike<number>
  readonly tokens: ArrayLike<number>
}

/** How unlike the language a text is. */
export interface TextSurprise {
  /** Mean negative log-likelihood of a token, the end included, in nats. */
  readonly nats: number
  /** What the mean is of: the tokens of the text, and its end. */
  readonly tokens: number
}

/** Inputs of textSurprises beside those of the model: the rows to be scored, and the token after each. */
function scoreInputs(capacity: TokenCapacity): Record<string, BindingSpec> {
  const scored = { kind: 'input', dtype: 'i32', shape: [capacity.rows], live: 'scored' } as const
  return { ...tokenInputs(capacity), scored, targets: scored }
}

/** Negative log-likelihoods of `targets`, [scored]. What is only read needs no logits, which cost most. */
function textSurprises(config: LanguageModelConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const w = weightsOf(values)
  const hidden = gather({ x: languageModelHidden(config, w), index: values.scored! })
  return {
    outputs: { surprises: crossEntropy({ logits: nextLogits(w, hidden, 'f32'), targets: values.targets! }) },
  }
}

/** The surprise of texts, in order: the same bits for a text alone and among others. */
export async function scoreTexts(
  { config, weights, programs }: Network<LanguageModelConfig>,
  texts: readonly TextInContext[],
  run: RunOptions,
): Promise<TextSurprise[]> {
  const { start, end } = config
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, { before, tokens }] of texts.entries())
    offsets[i + 1] = offsets[i]! + 1 + before.length + tokens.length
  const ids = new Int32Array(offsets.at(-1)!)
  for (const [i, { before, tokens }] of texts.entries()) {
    const row = offsets[i]!
    ids[row] = start
    ids.set(before, row + 1)
    ids.set(tokens, row + 1 + before.length)
  }
  const found: TextSurprise[] = []
  for (const batch of packBatches({ ids, offsets })) {
    const some = texts.slice(found.length, found.length + batch.texts)
    const count = some.reduce((sum, { tokens }) => sum + tokens.length + 1, 0)
    const scored = new Int32Array(count)
    const targets = new Int32Array(count)
    let at = 0
    for (const [i, { tokens }] of some.entries()) {
      const first = batch.offsets[i + 1]! - tokens.length - 1
      for (let t = 0; t <= tokens.length; t++) {
        scored[at] = first + t
        targets[at++] = tokens[t] ?? end
      }
    }
    const program = programs.get(textSurprises, config, { ...weights.specs, ...scoreInputs(batch.bucket) })
    const outputs = await program.run(
      { ...weights.tensors, ids: batch.ids, offsets: batch.offsets, scored, targets },
      { ...run, scalars: { rows: batch.rows, scored: count } },
    )
    const surprises = toFloat32(outputs.surprises!)
    let place = 0
    for (const { tokens } of some) {
      const length = tokens.length + 1
      const own = surprises.subarray(place, place + length)
      found.push({ nats: own.reduce((sum, s) => sum + s, 0) / length, tokens: length })
      place += length
    }
  }
  return found
}
