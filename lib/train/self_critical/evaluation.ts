import type { Encoder } from '../../core/encoder.ts'
import { evenlySpread } from '../../core/evenly.ts'
import type { RunOptions } from '../../core/run_options.ts'
import type { InverterNetwork } from '../../models/inverter/network.ts'
import { meanSurprises } from '../../models/inverter/refine/score.ts'
import type { LanguageModel } from '../../models/lm/language_model.ts'
import type { TrainTask } from '../core/task.ts'
import { drawnTokens, withWeights } from './drawn.ts'
import type { RewardTexts } from './rewards.ts'

export interface SelfCriticalEvaluationOptions {
  /** With the weights of stage 1. */
  readonly stageOne: InverterNetwork
  readonly encoder: Encoder
  readonly reward: RewardTexts
  /** null: the decoder of stage 1 without vectors. */
  readonly judge: Pick<LanguageModel, 'surprise'> | null
  readonly judgeWeight: number
  /** Texts at most. */
  readonly most: number
}

/** How near the likeliest texts are to their vectors, and how unlike the language, in nats a token. */
interface Written {
  readonly reward: number
  readonly surprise: number
}

/**
 * Measures what a decoder in training writes for the vectors of texts that it does not see, the likeliest token each time:
 * `reward`, `surprise`, the same of stage 1, and `score`: the reward less what the texts cost by which they are less natural
 * than those of stage 1. A decoder that wins cosines by word salad loses there. Texts that are longer than the model's
 * capacity are left out; null where none is left.
 */
export async function selfCriticalEvaluation(
  texts: readonly string[],
  options: SelfCriticalEvaluationOptions,
): Promise<TrainTask['evaluate'] | null> {
  const { stageOne, encoder, reward, judge, judgeWeight, most } = options
  const { config, tokens } = stageOne
  const fitting = texts.filter((text) => {
    const { length } = tokens.tokenizer.encode(text)
    return length > 0 && length <= config.capacityTokens
  })
  if (fitting.length === 0) return null
  const vectors = [...(await encoder.encode(evenlySpread(fitting, most))).vectors]
  const nothing = new Float32Array(config.dims)
  const surprises = async (written: readonly (readonly number[])[], run: RunOptions) => {
    if (!judge)
      return meanSurprises(
        stageOne,
        written.map((text) => ({ tokens: text, vector: nothing })),
        run,
      )
    const told = await judge.surprise(
      written.map((text) => tokens.pieces.text(text)),
      run,
    )
    return told.map(({ nats }) => nats)
  }
  const written = async (network: InverterNetwork, run: RunOptions): Promise<Written> => {
    const found = await drawnTokens(network, vectors, () => 0, { samples: 1, temperature: 0, ...run })
    return {
      reward: mean(await reward(vectors, found, run)),
      surprise: mean(await surprises(found.flat(), run)),
    }
  }
  let known: Written | null = null
  return async (parameters, { signal, threads, device }) => {
    const run = { signal, threads, device }
    known ??= await written(stageOne, run)
    const now = await written(withWeights(stageOne, parameters), run)
    return {
      score: now.reward - judgeWeight * Math.max(0, now.surprise - known.surprise),
      ...now,
      rewardBefore: known.reward,
      surpriseBefore: known.surprise,
    }
  }
}

function mean(numbers: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!
  return sum / numbers.length
}
