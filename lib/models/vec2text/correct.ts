import type { Encoder } from '../../core/encoder.ts'
import { cosine } from '../../core/similarity.ts'
import type { Constraints } from '../constraints/constraints.ts'
import { spareStates } from '../lm/decoding/spare_states.ts'
import type { WrittenText } from '../lm/generation/search.ts'
import { PAD } from './forward.ts'
import { type Vec2TextNetwork, writeFor } from './network.ts'
import type { Vec2TextPlan } from './options.ts'

/** What writes for vectors, and judges what was written. */
export interface Vec2TextParts {
  readonly hypothesizer: Vec2TextNetwork
  readonly corrector: Vec2TextNetwork
  /** The text of token ids, without those that have none. */
  readonly decode: (ids: readonly number[]) => string
  readonly encoder: Encoder
}

/** Tokens of a text for a corrector: it reads it with one at its start, and with its end. */
export function correctableTokens({ config }: Vec2TextNetwork, maxTokens: number): number {
  return Math.min(maxTokens, Math.max(1, config.maxTokens - 1))
}

/** A text for a vector. */
export interface Hypothesis {
  /** From the decoder's start on. */
  readonly ids: readonly number[]
  readonly text: string
  readonly vector: Float32Array
  /** To the target. */
  readonly cosine: number
  readonly written: WrittenText
}

/** What came of a vector. */
export interface Correction {
  /** The texts of the last step, none twice, the nearest first; where one text is corrected, that alone. */
  readonly last: readonly Hypothesis[]
  /** The nearest of all steps. */
  readonly nearest: Hypothesis
  /** Steps that were taken. */
  readonly steps: number
  /** Texts that were encoded. */
  readonly calls: number
  /** The highest cosine of each step, after so many texts. */
  readonly curve: readonly { readonly calls: number; readonly cosine: number }[]
}

/** A step that changes the highest cosine by no more than this has changed nothing (isclose of PyTorch). */
const SAME = { absolute: 1e-3, relative: 1e-5 }
/** From this cosine on a text is the vector's own, but for rounding. */
const EXACT = 1 - 1e-6

/** Of states that a step leaves to the next ones. */
const MOST_SPARE_BYTES = 2 ** 29

interface Course {
  /** Of its vector, for `onStep`. */
  readonly index: number
  readonly target: Float32Array
  beam: readonly Hypothesis[]
  last: readonly Hypothesis[]
  nearest: Hypothesis | null
  steps: number
  calls: number
  curve: { calls: number; cosine: number }[]
  isOver: boolean
}

/**
 * Texts for vectors (Morris et al. 2023, arXiv 2310.06816): the hypothesizer's, and in each step the corrector's for each of the
 * texts so far, of which the nearest `beam` go on. What a vector gets does not depend on the others.
 *
 * @param first the index of the first vector, for `onStep`
 * @param constraints that all texts obey
 */
export async function correctedTexts(
  parts: Vec2TextParts,
  targets: readonly Float32Array[],
  first: number,
  plan: Vec2TextPlan,
  constraints: Constraints | null = null,
): Promise<Correction[]> {
  const { hypothesizer, corrector } = parts
  const { steps, beam, maxTokens, drawing, samples, lengthPenalty, run } = plan
  using spare = spareStates(MOST_SPARE_BYTES)
  const written = {
    ...{ stop: [], repetitionPenalty: 1, cacheBytes: 2 ** 32, run, lengthPenalty, speculation: null },
    ...{ drawing: null, samples: 1, beams: 1, maxTokens },
  }
  const courses = targets.map(
    (target, i): Course => ({
      ...{ index: first + i, target, beam: [], last: [], nearest: null },
      ...{ steps: 0, calls: 0, curve: [], isOver: steps === 0 },
    }),
  )
  const firstTokens = correctableTokens(corrector, maxTokens)
  const guesses = await writeFor(
    hypothesizer,
    targets.map((target) => ({ target, written: null })),
    steps > 0 ? { ...written, maxTokens: firstTokens } : { ...written, drawing, samples, beams: beam },
    { spare, constraints },
  )
  await take(parts, courses, guesses, plan)
  for (let step = 0; step < steps; step++) {
    const going = courses.filter(({ isOver }) => !isOver)
    if (going.length === 0) break
    run.signal?.throwIfAborted()
    const texts = await writeFor(
      corrector,
      going.flatMap(({ target, beam: texts }) => texts.map((written) => ({ target, written }))),
      { ...written, beams: beam },
      { spare, constraints },
    )
    let at = 0
    const found = going.map((course) => {
      at += course.beam.length
      return texts.slice(at - course.beam.length, at).flat()
    })
    const before = going.map(({ last }) => last[0]!.cosine)
    await take(parts, going, found, plan)
    for (const [i, course] of going.entries()) {
      course.steps++
      const now = course.last[0]!.cosine
      const isSame = Math.abs(now - before[i]!) <= SAME.absolute + SAME.relative * Math.abs(before[i]!)
      const reached = plan.minCosine !== null && now >= Math.min(plan.minCosine, EXACT)
      const isSpent = course.calls + course.beam.length * beam > plan.calls
      course.isOver = reached || isSpent || (plan.earlyStop && step > 0 && isSame)
    }
  }
  return courses.map(({ last, nearest, steps: taken, calls, curve }) => ({
    ...{ last, calls, curve, steps: taken, nearest: nearest! },
  }))
}

/** Judges the texts of a step, some for each vector, and lets the nearest go on. */
async function take(
  { decode, encoder }: Vec2TextParts,
  courses: readonly Course[],
  found: readonly (readonly WrittenText[])[],
  { beam, run, onStep }: Vec2TextPlan,
): Promise<void> {
  const texts = found.map((some) => some.map(({ tokens }) => decode(tokens)))
  const known = [...new Set(texts.flat())]
  const { vectors } = await encoder.encode(known, run)
  const vectorOf = new Map(known.map((text, i) => [text, vectors.row(i).slice()]))
  for (const [i, course] of courses.entries()) {
    const judged = found[i]!.map((written, j): Hypothesis => {
      const text = texts[i]![j]!
      const vector = vectorOf.get(text)!
      return { ids: [PAD, ...written.tokens], text, vector, cosine: cosine(vector, course.target), written }
    })
    judged.sort((a, b) => b.cosine - a.cosine)
    const seen = new Set<string>()
    const unique = judged.filter(({ ids }) => {
      const key = ids.join()
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    const [best] = unique
    course.calls += new Set(texts[i]).size
    course.last = unique
    course.beam = unique.slice(0, beam)
    if (course.nearest === null || best!.cosine > course.nearest.cosine) course.nearest = best!
    const at = { calls: course.calls, cosine: best!.cosine }
    course.curve.push(at)
    onStep?.({ index: course.index, ...at, text: best!.text })
  }
}
