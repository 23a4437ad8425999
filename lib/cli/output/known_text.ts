import type { ConceptHit } from '../../store/nearest_concepts.ts'
import { printable } from './printable.ts'

const NAMES = 3

/** What is known of a text beside itself: the words for it, or else where it stands. */
export function namesOf({ surfaceForms, document, line }: ConceptHit): string {
  if (surfaceForms.length > 0 || document === null) return printable(surfaceForms.slice(0, NAMES).join(', '))
  return printable(line === null ? document : `${document}:${line}`)
}

/** A known text, and what it is of. */
export function knownText(hit: ConceptHit, dim: (text: string) => string): string {
  const names = namesOf(hit)
  const of = names === '' ? hit.type : `${hit.type} of ${names}`
  return `"${printable(hit.text)}" ${dim(`— ${of}, cosine ${hit.cosine.toFixed(3)}`)}`
}

/** What JSON has of it. */
export function toldOfHit({ id, type, surfaceForms, document, line, text, cosine }: ConceptHit) {
  return { id, type, surfaceForms, ...(document !== null && { document, line }), text, cosine }
}

/** The same as JSON has it. */
export type ToldHit = ReturnType<typeof toldOfHit>
