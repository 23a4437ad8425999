import type { Route } from '../../models/predictor/routes.ts'
import type { WrittenContinuation } from '../../models/predictor/write.ts'
import type { styles } from '../context.ts'
import { FITTING, isFitting } from './confidence.ts'
import { printable } from './printable.ts'

/** What may come after a text: two answers that are never mixed. */
export interface NextAnswers {
  /** Sentences of the text. */
  readonly text: readonly string[]
  readonly routing: Route
  /** Null without an inverter. */
  readonly written: WrittenContinuation | null
  /** Of a bank, best first. */
  readonly retrieved: readonly { readonly text: string; readonly score: number }[]
}

/** As a JSON line. */
export function nextJson({ text, routing, written, retrieved }: NextAnswers): string {
  const sentences = written?.sentences.map((one) => ({ ...one, confident: isFitting(one.fit) }))
  return `${JSON.stringify({ text, routing, written: written && { ...written, sentences }, retrieved })}\n`
}

const ENDINGS: Readonly<Record<WrittenContinuation['ended'], string | null>> = {
  steps: null,
  repetition: 'the next sentence would say again what was said',
  silence: 'the inverter has no sentence for what is predicted next',
}

const noneFits = (fit: number) =>
  `no sentence that was found fits what is predicted: its fit is ${fit.toFixed(3)}, less than ${FITTING}`

/** As lines of text, each with its label. */
export function nextText(
  { written, retrieved }: NextAnswers,
  { dim }: Pick<ReturnType<typeof styles>, 'dim'>,
): string {
  const line = (label: string, text: string, about: string) =>
    `${label.padEnd(11)}"${printable(text)}" ${dim(`— ${about}`)}\n`
  const unsure = written?.sentences.findIndex(({ fit }) => !isFitting(fit)) ?? -1
  // What comes after a sentence has read it.
  const sure = unsure < 0 ? written?.sentences : written?.sentences.slice(0, unsure)
  const lines = (sure ?? []).map(({ text, fit }) => line('written:', text, `fit ${fit.toFixed(3)}`))
  const ending = unsure < 0 ? written && ENDINGS[written.ended] : noneFits(written!.sentences[unsure]!.fit)
  if (ending) lines.push(`${'written:'.padEnd(11)}${dim(ending)}\n`)
  const known = retrieved.map(({ text, score }) => line('retrieved:', text, `score ${score.toFixed(3)}`))
  return [...lines, ...known].join('')
}
