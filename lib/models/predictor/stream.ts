import { joinBlocks } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { type HostTensor, type Program, toFloat32 } from '../../graph/program.ts'
import { createTensor, type DeviceTensor, readTensor } from '../../tensor/device_tensor.ts'
import { count, type Shape } from '../../tensor/shape.ts'
import type { Network } from '../network.ts'
import { advanceBindings, predictorAdvance, predictorStates, routeSequences } from './advance.ts'
import type { PredictorConfig } from './config.ts'
import { type PredictorCapacity, packSequences, spreadsSequences } from './inputs.ts'

/** A predictor that can run. */
export type PredictorNetwork = Network<PredictorConfig>

/** Few sizes, so that few programs are compiled; kernels stop at the live rows. */
const sequenceSizes = [1, 8, 64]
const rowSizes = [64, 512]
/** The most sequences that one stream has. */
export const maxStreams = sequenceSizes.at(-1)!

const fitting = (sizes: readonly number[], n: number) => sizes.find((size) => size >= n) ?? sizes.at(-1)!

/** What the router says about some sequences; arrays of rows, one row per sequence. */
export interface Routes {
  readonly logits: Float32Array
  readonly experts: Int32Array
  readonly weights: Float32Array
  readonly cosines: Float32Array
}

/** Routes sequences by what they have shown: one sum or mean each. */
export async function routeSeen(
  { config, weights, programs }: PredictorNetwork,
  seen: readonly Float32Array[],
  options: RunOptions,
): Promise<Routes> {
  const size = fitting(sequenceSizes, seen.length)
  const program = programs.get(routeSequences, config, {
    ...weights.specs,
    seen: { kind: 'input', dtype: 'f32', shape: [size, config.dims], live: 'rows' },
  })
  const run = { ...options, scalars: { rows: seen.length } }
  const outputs = await program.run({ ...weights.tensors, seen: joinBlocks(seen) }, run)
  return {
    logits: toFloat32(outputs.logits!),
    experts: new Int32Array(outputs.experts!.buffer),
    weights: toFloat32(outputs.expertWeights!),
    cosines: outputs.cosines ? toFloat32(outputs.cosines) : new Float32Array(0),
  }
}

/** The experts of sequences and their weights, [sequences · topK] each. */
export type Chosen = Pick<Routes, 'experts' | 'weights'>

/** Some consecutive concepts of each sequence and what the model made of them, sequence after sequence. */
export interface Chunk {
  /** How many concepts of each sequence. */
  readonly taken: readonly number[]
  /** f32 [rows · dims] each: see predictorForward. The same memory where the two are one. */
  readonly predicted: Float32Array
  readonly expected: Float32Array
  /** Of each concept, in variant `concept` with several experts; else null. */
  readonly chosen: Chosen | null
}

export interface AdvanceOptions extends RunOptions {
  /** Logits of the experts for some rows in place of the router's: f32 [rows · experts]. */
  readonly logits?: ((rows: number) => Float32Array) | undefined
}

/** Sequences that a model is reading side by side. */
export interface Stream {
  readonly sequences: number
  /** Reads the next concepts of each sequence, f32 [n · dims], in as many runs as they need. */
  advance(concepts: readonly Float32Array[], options: AdvanceOptions): AsyncGenerator<Chunk>
  /** A stream with `copies` of each sequence, one after another, which go on from here. */
  fork(copies: number): Stream
  dispose(): void
}

/** Begins to read sequences; `chosen` has their experts in variant `sequence`, and is null elsewhere. */
export function openStream(network: PredictorNetwork, sequences: number, chosen: Chosen | null): Stream {
  const size = fitting(sequenceSizes, sequences)
  const states = Object.fromEntries(
    Object.entries(predictorStates(network.config, size)).map(([name, shape]) => [
      name,
      createTensor('f32', shape),
    ]),
  )
  return streamOf(network, sequences, size, chosen, states)
}

function streamOf(
  network: PredictorNetwork,
  sequences: number,
  size: number,
  chosen: Chosen | null,
  states: Readonly<Record<string, DeviceTensor>>,
): Stream {
  const { config, weights } = network
  const k = config.topK
  const experts = new Int32Array(size * k)
  const expertWeights = new Float32Array(size * k)
  if (chosen) {
    experts.set(chosen.experts)
    expertWeights.set(chosen.weights)
  }
  const bound = {
    ...weights.tensors,
    ...(chosen ? { experts, expertWeights } : {}),
    ...Object.fromEntries(Object.entries(states).map(([name, state]) => [`state.${name}`, state])),
  }
  const dispose = () => {
    for (const state of Object.values(states)) state.dispose()
  }
  return {
    sequences,
    dispose,
    async *advance(concepts, { logits, ...options }) {
      const lengths = concepts.map((x) => x.length / config.dims)
      const done = lengths.map(() => 0)
      for (let left = total(lengths); left > 0; ) {
        const rows = left <= size ? size : fitting(rowSizes, left)
        const capacity = { rows, sequences: size }
        const taken = takeRows(lengths, done, rows)
        const parts = concepts.map((x, s) =>
          x.subarray((done[s]! - taken[s]!) * config.dims, done[s]! * config.dims),
        )
        const { inputs, scalars } = packSequences(config, capacity, taken)
        const program = advanceProgram(network, capacity, logits !== undefined)
        const outputs = await program.run(
          {
            ...bound,
            ...inputs,
            x: joinBlocks(parts),
            ...(logits ? { routerLogits: logits(scalars.rows) } : {}),
          },
          { ...options, scalars },
        )
        left -= scalars.rows
        const predicted = toFloat32(outputs.predicted!)
        const expected = outputs.expected ? toFloat32(outputs.expected) : predicted
        yield { taken, predicted, expected, chosen: chosenOf(outputs) }
      }
    },
    fork: (copies) => {
      const wider = sequences * copies
      const target = fitting(sequenceSizes, wider)
      const parents = Array.from({ length: wider }, (_, i) => Math.floor(i / copies))
      const forked = Object.entries(predictorStates(config, target)).map(([name, shape]) => {
        const before = readTensor(states[name]!) as Float32Array
        return [name, createTensor('f32', shape, copiedRows(before, size, parents, shape, target))]
      })
      const routes = chosen && {
        experts: Int32Array.from(parents.flatMap((s) => [...chosen.experts.subarray(s * k, (s + 1) * k)])),
        weights: Float32Array.from(parents.flatMap((s) => [...chosen.weights.subarray(s * k, (s + 1) * k)])),
      }
      return streamOf(network, wider, target, routes, Object.fromEntries(forked))
    },
  }
}

function advanceProgram(
  network: PredictorNetwork,
  capacity: PredictorCapacity,
  givenLogits: boolean,
): Program {
  const config = { model: network.config, givenLogits: givenLogits && !spreadsSequences(network.config) }
  return network.programs.get(predictorAdvance, config, {
    ...network.weights.specs,
    ...advanceBindings(config, capacity),
  })
}

/** The states of `parents`, in `target` places. A state has a group of `size` places for each choice of expert. */
function copiedRows(
  from: Float32Array,
  size: number,
  parents: readonly number[],
  shape: Shape,
  target: number,
): Float32Array {
  const to = new Float32Array(count(shape))
  const width = count(shape.slice(1))
  for (let group = 0; group < shape[0]! / target; group++)
    parents.forEach((parent, i) => {
      const begin = (group * size + parent) * width
      to.set(from.subarray(begin, begin + width), (group * target + i) * width)
    })
  return to
}

function chosenOf({ experts, expertWeights }: Readonly<Record<string, HostTensor>>): Chosen | null {
  return experts && expertWeights
    ? { experts: new Int32Array(experts.buffer), weights: toFloat32(expertWeights) }
    : null
}

/** How many rows of each sequence come next, in order, and counts them as done. */
function takeRows(lengths: readonly number[], done: number[], most: number): number[] {
  let room = most
  return lengths.map((length, s) => {
    const n = Math.min(room, length - done[s]!)
    room -= n
    done[s]! += n
    return n
  })
}

const total = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0)
