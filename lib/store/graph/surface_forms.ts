import { baseForms } from '../../text/base_forms.ts'
import type { ConceptStore } from '../store.ts'

/** A place in a text that names concepts. */
export interface NamedConcepts {
  /** As it stands in the text, and where: indices of its first character and of the one behind its last. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Ids of the concepts that have this surface form. */
  readonly ids: readonly string[]
}

/** The surface forms of concepts, to be found in texts. */
export interface SurfaceForms {
  add(id: string, forms: readonly string[]): void
  /** Places that name concepts, from left to right: at each the longest form, and none within another one. */
  find(text: string): NamedConcepts[]
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu
/** Longer forms are sentences rather than names. */
const MOST_WORDS = 12

/** An index that is empty. Letters' case, hyphens and other marks between words make no difference. */
export function surfaceForms(): SurfaceForms {
  const concepts = new Map<string, string | string[]>()
  let longest = 0
  const idsOf = (form: string): readonly string[] | undefined => {
    const found = concepts.get(form)
    return typeof found === 'string' ? [found] : found
  }
  /** Of the form, or else of what it may be an English inflection of. */
  const named = (words: readonly string[]): readonly string[] | undefined => {
    const exact = idsOf(words.join(' '))
    if (exact !== undefined) return exact
    const ids = new Set<string>()
    for (const base of baseForms(words.at(-1)!))
      for (const id of idsOf([...words.slice(0, -1), base].join(' ')) ?? []) ids.add(id)
    return ids.size > 0 ? [...ids] : undefined
  }
  return {
    add: (id, forms) => {
      for (const form of forms) {
        const words = wordsIn(form)
        if (words.length === 0 || words.length > MOST_WORDS) continue
        longest = Math.max(longest, words.length)
        const key = words.map(({ word }) => word).join(' ')
        const known = concepts.get(key)
        if (known === undefined) concepts.set(key, id)
        else if (typeof known === 'string') {
          if (known !== id) concepts.set(key, [known, id])
        } else if (!known.includes(id)) known.push(id)
      }
    },
    find: (text) => {
      const words = wordsIn(text)
      const found: NamedConcepts[] = []
      for (let first = 0; first < words.length; ) {
        let count = Math.min(longest, words.length - first)
        let ids: readonly string[] | undefined
        for (; count > 0; count--) {
          ids = named(words.slice(first, first + count).map(({ word }) => word))
          if (ids !== undefined) break
        }
        if (ids !== undefined) {
          const { start } = words[first]!
          const { end } = words[first + count - 1]!
          found.push({ text: text.slice(start, end), start, end, ids })
        }
        first += Math.max(1, count)
      }
      return found
    },
  }
}

/** Those of all concepts of a store. One without surface forms is known by its text, if that is short enough. */
export async function surfaceFormsOf(
  store: ConceptStore,
  signal: AbortSignal | undefined,
): Promise<SurfaceForms> {
  const forms = surfaceForms()
  for await (const batch of store.scan({ signal }))
    for (const { id, surfaceForms: own, text } of batch) forms.add(id, own.length > 0 ? own : [text])
  return forms
}

function wordsIn(text: string): { word: string; start: number; end: number }[] {
  return Array.from(text.matchAll(WORD), ({ 0: found, index }) => ({
    word: found.normalize('NFC').toLowerCase().replaceAll('’', "'"),
    start: index,
    end: index + found.length,
  }))
}
