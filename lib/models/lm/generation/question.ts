import type { Question } from '../decoding/decoding.ts'
import { beamCandidates } from './beam.ts'
import { constrainedCandidates } from './constrained_beam.ts'
import { TOLD } from './draw.ts'
import type { Plan } from './options.ts'
import type { Rules } from './search.ts'

/** Tokens that are punished: few sizes, so that few programs are compiled. */
const PENALISED = [64, 512, 4096, 32_768]

/**
 * What a plan asks after a token.
 *
 * @param rules what ends a text, and what it must contain
 * @param seen called where tokens that were there are punished; see Question
 */
export function questionOf(
  vocabulary: number,
  { ends, constraints }: Pick<Rules, 'ends' | 'constraints'>,
  { beams, drawing, repetitionPenalty }: Plan,
  seen: () => NonNullable<Question['seen']>,
): Question {
  const drawn = drawing ? (drawing.topK ?? TOLD) : 1
  const wanted = constraints
    ? constrainedCandidates(beams)
    : beams > 1
      ? beamCandidates(beams, ends.size)
      : drawn
  const k = Math.min(vocabulary, wanted)
  const tellsAll = Boolean(constraints) || (drawing !== null && drawing.topK === null && k < vocabulary)
  const base = { sharpness: 1 / (drawing?.temperature ?? 1), penalty: repetitionPenalty }
  if (repetitionPenalty === 1) return { ...base, telling: { k, tellsAll, penalised: 0 }, seen: null }
  const lists = seen()
  const most = Math.max(...lists.flat().map(({ length }) => length))
  const penalised = Math.min(vocabulary, PENALISED.find((n) => n >= most) ?? vocabulary)
  return { ...base, telling: { k, tellsAll, penalised }, seen: lists }
}
