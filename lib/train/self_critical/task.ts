import type { Value } from '../../graph/value.ts'
import type { InverterConfig } from '../../models/inverter/config.ts'
import { decodeTexts } from '../../models/inverter/forward.ts'
import { inverterParameters } from '../../models/inverter/parameters.ts'
import { add, expand, mean, reshape } from '../../ops/index.ts'
import { readTensor } from '../../tensor/device_tensor.ts'
import { type WeightSet, weightSet } from '../../weights/weight_set.ts'
import { totalLoss } from '../core/losses.ts'
import type { TrainTask } from '../core/task.ts'
import { inverterTask } from '../inverter/task.ts'
import type { SelfCriticalBatches } from './batches.ts'
import type { SelfCriticalTraining } from './config.ts'
import { divergence, policyLoss } from './losses.ts'
import { prefixed, STAGE_ONE, TRUE_TEXTS, unprefixed } from './prefixes.ts'

type Settings = Pick<SelfCriticalTraining, 'noise' | 'hintLoss' | 'labelSmoothing' | 'compute'>

export interface SelfCriticalTaskOptions extends Settings {
  readonly model: InverterConfig
  /** Weights of stage 1, f32: where training begins, and what it stays near to. */
  readonly stageOne: WeightSet
  readonly batches: SelfCriticalBatches
  readonly samples: number
  readonly temperature: number
  readonly losses: SelfCriticalTraining['losses']
  /** Plain JSON of all that decides the data. */
  readonly data: unknown
  readonly evaluate?: TrainTask['evaluate']
}

/**
 * Self-critical training of an inverter (REINFORCE; Rennie et al. 2017, arXiv 1612.00563): texts that are nearer to their
 * vectors than others of the same ones become likelier, as far as the decoder stays near to stage 1.
 */
export function selfCriticalTask(options: SelfCriticalTaskOptions): TrainTask {
  const { model, stageOne, batches, samples, temperature, losses: factors, data, evaluate } = options
  const { noise, hintLoss, labelSmoothing, compute } = options
  const parameters = Object.fromEntries(
    // What reads hypotheses is not asked here: it stays as it is.
    Object.entries(inverterParameters(model)).map(([name, spec]) => [
      name,
      name.startsWith('hypothesis.') ? { ...spec, trained: false } : spec,
    ]),
  )
  const texts = batches.trueTexts
  const supervised =
    texts && inverterTask({ model, noise, hintLoss, labelSmoothing, compute, batches: texts, data: null })
  return {
    name: 'self-critical',
    config: {
      ...{ model, samples, temperature, losses: factors },
      ...(texts ? { noise, hintLoss, labelSmoothing } : {}),
      ...{ compute, data },
    },
    parameters,
    inputs: batches.inputs,
    frozen: weightSet(prefixed(STAGE_ONE, stageOne.tensors), 'shared'),
    initial: () =>
      Object.fromEntries(
        Object.entries(stageOne.tensors).map(([name, tensor]) => [name, readTensor(tensor) as Float32Array]),
      ),
    losses: (values) => {
      const perText = (x: Value) => repeated(x, samples)
      const given = {
        ...values,
        vectors: perText(values.vectors!),
        ...(values.noise && { noise: perText(values.noise) }),
      }
      const { logits } = decodeTexts(model, given, compute)
      const before = decodeTexts(model, { ...given, ...unprefixed(STAGE_ONE, values) }, compute)
      const { targets, place, barred, advantages, shares, rewards } = values as Record<string, Value>
      const drawn = { targets: targets!, place: place!, barred: barred!, temperature }
      const own = {
        policy: policyLoss(logits, advantages!, drawn),
        kl: divergence(logits, before.logits, shares!),
      }
      const known = supervised && {
        texts: supervised.losses({ ...values, ...unprefixed(TRUE_TEXTS, values) }).loss,
      }
      const losses = { ...own, ...known }
      const reinforced = add(own.policy, totalLoss(losses, { ...factors }))
      return { loss: reinforced, reward: reshape(mean(rewards!), [1]), ...losses }
    },
    batch: batches.batch,
    complete: batches.complete,
    ...(evaluate ? { evaluate } : {}),
  }
}

/** Each row of [n, d] some times, one after another: [n · times, d]. */
function repeated(x: Value, times: number): Value {
  const [n, d] = x.shape as [number, number]
  return reshape(expand(reshape(x, [n, 1, d]), [n, times, d]), [n * times, d])
}
