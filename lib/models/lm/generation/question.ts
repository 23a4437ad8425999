import type { Question } from '../decoding/decoding.ts'
import { beamCandidates } from './beam.ts'
import { TOLD } from './draw.ts'
import type { Plan } from './options.ts'

/** Tokens that are punished: few sizes, so that few programs are compiled. */
const PENALISED = [64, 512, 4096, 32_768]

/**
 * What a plan asks after a token.
 *
 * @param ends how many tokens end a text
 * @param seen called where tokens that were there are punished; see Question
 */
export function questionOf(
  vocabulary: number,
  ends: number,
  { beams, drawing, repetitionPenalty }: Plan,
  seen: () => NonNullable<Question['seen']>,
): Question {
  const wanted = beams > 1 ? beamCandidates(beams, ends) : drawing ? (drawing.topK ?? TOLD) : 1
  const k = Math.min(vocabulary, wanted)
  const tellsAll = drawing !== null && drawing.topK === null && k < vocabulary
  const base = { sharpness: 1 / (drawing?.temperature ?? 1), penalty: repetitionPenalty }
  if (repetitionPenalty === 1) return { ...base, telling: { k, tellsAll, penalised: 0 }, seen: null }
  const lists = seen()
  const most = Math.max(...lists.flat().map(({ length }) => length))
  const penalised = Math.min(vocabulary, PENALISED.find((n) => n >= most) ?? vocabulary)
  return { ...base, telling: { k, tellsAll, penalised }, seen: lists }
}
