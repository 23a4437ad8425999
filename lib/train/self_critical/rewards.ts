import type { Encoder } from '../../core/encoder.ts'
import { badArgument } from '../../core/errors.ts'
import { dot, unitLength } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { alike, cosineLikeness } from '../../models/inverter/likeness.ts'
import type { InverterNetwork } from '../../models/inverter/network.ts'
import type { SelfCriticalTraining } from './config.ts'

/** Tells how near some texts of each vector [dims] are to it, -1 … 1, one after another. */
export type RewardTexts = (
  vectors: readonly Float32Array[],
  texts: readonly (readonly (readonly number[])[])[],
  run: RunOptions,
) => Promise<Float32Array>

/**
 * Rewards by the encoder that made the vectors. Throws VmmError BAD_ARGUMENT for an inverter that does not know how
 * sentences spread where that is needed, and for an encoder that gives numbers which are none.
 */
export function rewardTexts(
  { tokens: { pieces }, likeness: own }: InverterNetwork,
  encoder: Encoder,
  kind: SelfCriticalTraining['reward'],
): RewardTexts {
  if (kind === 'whitened' && !own.isWhitened)
    throw badArgument('reward', '"whitened"', 'cosine: the inverter does not know how sentences spread')
  const likeness = kind === 'whitened' ? own : cosineLikeness
  return async (vectors, texts, { signal, threads, device }) => {
    const run = { signal, threads, device }
    const written = texts.flatMap((some) => some.map((tokens) => pieces.text(tokens)))
    const encoded = (await encoder.encode(written, run)).vectors
    const found = await likeness.place([...encoded].map(unitLength), run)
    const wanted = await likeness.place(vectors.map(unitLength), run)
    const owners = texts.flatMap((some, i) => some.map(() => wanted[i]!))
    return Float32Array.from(found, (placed, i) => {
      const reward = kind === 'whitened' ? alike(placed, owners[i]!) : dot(placed.pull, owners[i]!.pull)
      if (!Number.isFinite(reward))
        throw badArgument(
          'encoder',
          `${reward} for ${JSON.stringify(written[i])}`,
          'a model of finite vectors',
        )
      return Math.max(-1, Math.min(1, reward))
    })
  }
}
