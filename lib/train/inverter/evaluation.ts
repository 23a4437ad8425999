import type { Encoder } from '../../core/encoder.ts'
import { evenlySpread } from '../../core/evenly.ts'
import type { Tokenizer } from '../../core/tokenizer.ts'
import { toFloat32 } from '../../graph/program.ts'
import { programCache } from '../../graph/program_cache.ts'
import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { inverterLogits, textInputs } from '../../models/inverter/forward.ts'
import { hypothesisInputs, packHypotheses } from '../../models/inverter/hypotheses.ts'
import { noiseLevels, packTexts } from '../../models/inverter/inputs.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { crossEntropy } from '../../ops/index.ts'
import { randomNumbers } from '../../ops/random_numbers.ts'
import { specBindings } from '../../weights/specs.ts'
import type { TrainTask } from '../core/task.ts'
import type { WriteBefore } from './batches.ts'

/** Texts of one run. */
const TEXTS = 64

/** Losses of the next tokens, [rows]. */
function tokenLosses(config: InverterConfig, values: Readonly<Record<string, Value>>): TraceResult {
  const loss = crossEntropy({ logits: inverterLogits(config, values), targets: values.targets! })
  return { outputs: { loss: loss } }
}

/**
 * Measures an inverter in training on texts that it does not train on: `nll`, the mean negative log-likelihood of a
 * token in nats, and `nllWithoutVector`, that of the decoder as a model of the language alone; with `write` also
 * `nllCorrected`, where what was written before is read as well. Texts that are longer than the model's capacity are left
 * out; null where none is left.
 */
export async function inverterEvaluation(
  config: InverterConfig,
  texts: readonly string[],
  most: number,
  encoder: Encoder,
  tokenizer: Tokenizer,
  write?: WriteBefore,
): Promise<TrainTask['evaluate'] | null> {
  const fitting = texts.flatMap((text) => {
    const ids = tokenizer.encode(text)
    return ids.length > 0 && ids.length <= config.capacityTokens ? [{ text, ids }] : []
  })
  if (fitting.length === 0) return null
  const pieces = evenlySpread(fitting, most)
  const { vectors } = await encoder.encode(pieces.map(({ text }) => text))
  const all = vectors.toFloat32Array()
  const capacity = { rows: TEXTS * (config.capacityTokens + 1), texts: TEXTS }
  const rows = pieces.map((_, i) => all.subarray(i * config.dims, (i + 1) * config.dims))
  const written = write ? await write(pieces, rows, randomNumbers(0)) : null
  const bindings = {
    ...specBindings(inverterParameters(config)),
    ...textInputs(config, capacity),
    targets: { kind: 'input', dtype: 'i32', shape: [capacity.rows], live: 'rows' },
  } as const
  return async (parameters, run) => {
    const programs = programCache()
    try {
      const program = programs.get(tokenLosses, config, bindings)
      const corrector =
        written && programs.get(tokenLosses, config, { ...bindings, ...hypothesisInputs(config, TEXTS) })
      const mean = async (withVectors: boolean, corrects = false) => {
        let [sum, tokens] = [0, 0]
        for (let first = 0; first < pieces.length; first += TEXTS) {
          const some = pieces.slice(first, first + TEXTS)
          const { inputs, scalars } = packTexts(
            config,
            capacity,
            some.map(({ ids }) => ids),
          )
          const given = new Float32Array(TEXTS * config.dims)
          if (withVectors) given.set(all.subarray(first * config.dims, (first + some.length) * config.dims))
          const told = { ...parameters, ...inputs, ...noiseLevels(config, given), vectors: given }
          const before = corrects ? packHypotheses(config, TEXTS, written!.slice(first, first + TEXTS)) : null
          const outputs = await (before
            ? corrector!.run({ ...told, ...before.inputs, kvRange: before.memoryRange }, { ...run, scalars })
            : program.run(told, { ...run, scalars }))
          for (const loss of toFloat32(outputs.loss!)) sum += loss
          tokens += scalars.rows
        }
        return sum / tokens
      }
      return {
        ...(written ? { nllCorrected: await mean(true, true) } : {}),
        nll: await mean(true),
        nllWithoutVector: await mean(false),
      }
    } finally {
      programs.dispose()
    }
  }
}
