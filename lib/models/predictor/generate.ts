import { joinBlocks, unitLength } from '../../core/rows.ts'
import type { RunOptions } from '../../core/run_options.ts'
import { spreadsSequences } from './inputs.ts'
import { gaussians, nearby } from './noise.ts'
import type { Route } from './routes.ts'
import { maxStreams, openStream, type PredictorNetwork, type Stream } from './stream.ts'
import {
  type Ending,
  type Memory,
  type ReadSentence,
  remember,
  type Writer,
  type WrittenSentence,
} from './write.ts'

/** Seeds are whole numbers below it. */
const MOST_SEEDS = 2 ** 53

export interface GenerateOptions extends RunOptions {
  /** Of each sequence, as routeEach gives them. */
  readonly routes: readonly (Route | null)[]
  readonly steps: number
  readonly candidates: number
  readonly seed: number
  readonly spread: number
  /** Writes a sentence for each predicted vector, which is read in its place; null for none. */
  readonly write: Writer | null
}

/** What comes after a sequence. */
export interface Continued {
  /** The direction that is predicted after it, f32 [dims] of unit length; empty for an empty sequence. */
  readonly direction: Float32Array
  /** One per candidate. */
  readonly candidates: readonly Continuation[]
}

interface Continuation {
  /** Predicted, of unit length, one per step that was made: f32 [n · dims]. */
  readonly vectors: Float32Array
  /** As many, where they are written. */
  readonly sentences: readonly WrittenSentence[]
  readonly ended: Ending
}

/**
 * Continuations of sequences; none after an empty one. What is expected next is scaled to unit length and read as the
 * next concept, or, with a writer, the best sentence that it writes is read, until all of them repeat what was said.
 * Candidate 0 is deterministic; the others take a Gaussian step beside each predicted vector before it is read.
 */
export async function generate(
  network: PredictorNetwork,
  sequences: readonly Float32Array[],
  options: GenerateOptions,
): Promise<Continued[]> {
  const nothing = { vectors: new Float32Array(0), sentences: [], ended: 'silence' } as const
  const results: Continued[] = sequences.map(() => ({
    direction: new Float32Array(0),
    candidates: Array.from({ length: options.candidates }, () => nothing),
  }))
  const begun = [...sequences.keys()].filter((s) => sequences[s]!.length > 0)
  const atOnce = Math.max(1, Math.floor(maxStreams / options.candidates))
  for (let first = 0; first < begun.length; first += atOnce) {
    const group = begun.slice(first, first + atOnce)
    const continued = await continueGroup(
      network,
      group.map((s) => sequences[s]!),
      { ...options, routes: group.map((s) => options.routes[s]!) },
    )
    for (const [i, s] of group.entries()) results[s] = continued[i]!
  }
  return results
}

async function continueGroup(
  network: PredictorNetwork,
  sequences: readonly Float32Array[],
  { routes, steps, candidates, seed, spread, write, ...run }: GenerateOptions,
): Promise<Continued[]> {
  const { config } = network
  const { dims } = config
  const chosen = spreadsSequences(config)
    ? {
        experts: Int32Array.from(routes.flatMap((route) => route!.experts)),
        weights: Float32Array.from(routes.flatMap((route) => route!.weights)),
      }
    : null
  const streams: Stream[] = [openStream(network, sequences.length, chosen)]
  try {
    const context = await lastPredicted(streams[0]!, sequences, dims, run)
    if (candidates > 1 && steps > 1) streams.push(streams[0]!.fork(candidates))
    const stream = streams.at(-1)!
    const all = sequences.flatMap((sequence, s) =>
      Array.from({ length: candidates }, (_, candidate) => begin(candidate, sequence, context[s]!, dims)),
    )
    for (let step = 0; ; step++) {
      const open = all.filter(({ ended }) => ended === null)
      const noises = Array.from({ length: candidates }, (_, c) =>
        c === 0 ? null : gaussians(seed, c, step, dims),
      )
      const next = open.map(({ candidate, ahead: { expected } }) => {
        const noise = noises[candidate]
        return noise ? nearby(unitLength(expected), noise, spread) : unitLength(expected)
      })
      const ahead = open.map(({ ahead: { predicted } }, i) => ({ vector: next[i]!, direction: predicted }))
      const written = await write?.(ahead, (seed + step) % MOST_SEEDS, run)
      for (const [i, one] of open.entries()) add(one, next[i]!, written?.[i], step + 1 === steps)
      if (all.every(({ ended }) => ended !== null)) break
      const read = all.map(({ last, ended }) => (ended === null ? last : new Float32Array(0)))
      const after = await lastPredicted(stream, read, dims, run)
      for (const [i, one] of all.entries()) one.ahead = after[i]!
    }
    return sequences.map((_, s) => ({
      direction: unitLength(context[s]!.predicted),
      candidates: all.slice(s * candidates, (s + 1) * candidates).map(({ vectors, sentences, ended }) => ({
        vectors: joinBlocks(vectors),
        sentences,
        ended: ended!,
      })),
    }))
  } finally {
    for (const stream of streams) stream.dispose()
  }
}

/** A continuation in the making. */
interface Continuing {
  readonly candidate: number
  readonly vectors: Float32Array[]
  readonly sentences: WrittenSentence[]
  readonly memory: Memory
  /** What is predicted after all that was read. */
  ahead: Predicted
  /** The concept that is read next. */
  last: Float32Array
  ended: Ending | null
}

function begin(candidate: number, context: Float32Array, ahead: Predicted, dims: number): Continuing {
  const memory = remember(context, dims)
  return { candidate, vectors: [], sentences: [], memory, ahead, last: ahead.expected, ended: null }
}

/**
 * Adds the next concept, or ends the continuation.
 *
 * @param sentences what was written for it, best first; undefined where nothing is written
 */
function add(
  one: Continuing,
  vector: Float32Array,
  sentences: readonly ReadSentence[] | undefined,
  isLast: boolean,
): void {
  const sentence = sentences?.find((some) => !one.memory.repeats(some))
  if (sentences && !sentence) one.ended = sentences.length === 0 ? 'silence' : 'repetition'
  if (one.ended !== null) return
  one.vectors.push(vector)
  one.last = vector
  if (sentence) {
    const { vector: own, ...told } = sentence
    one.sentences.push(told)
    one.last = own
  }
  if (isLast) one.ended = 'steps'
}

/** What is predicted after a concept, f32 [dims] each: see predictorForward. */
interface Predicted {
  readonly predicted: Float32Array
  readonly expected: Float32Array
}

/** Reads the next concepts of each sequence and gives what is predicted after the last; zeros where there are none. */
async function lastPredicted(
  stream: Stream,
  concepts: readonly Float32Array[],
  dims: number,
  options: RunOptions,
): Promise<Predicted[]> {
  const nothing = new Float32Array(dims)
  const last: Predicted[] = concepts.map(() => ({ predicted: nothing, expected: nothing }))
  for await (const { taken, predicted, expected } of stream.advance(concepts, options)) {
    let end = 0
    taken.forEach((rows, s) => {
      end += rows * dims
      const own = (data: Float32Array) => data.subarray(end - dims, end)
      if (rows > 0) last[s] = { predicted: own(predicted), expected: own(expected) }
    })
  }
  return last
}
