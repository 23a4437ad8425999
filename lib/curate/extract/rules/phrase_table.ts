import type { NounPhrase } from './noun_phrases.ts'
import type { PhraseRelation } from './patterns.ts'

/** Where a sentence stands. */
export interface SentencePlace {
  readonly source: string
  readonly document: string | null
  /** Its number in the document, from 0. */
  readonly position: number
  readonly line: number | null
}

/** A sentence that may stand for a phrase. */
export interface ToldSentence {
  readonly text: string
  readonly place: SentencePlace
  /** How much it tells: the larger, the more. */
  readonly worth: number
  readonly isDefinition: boolean
}

/** What is known of a phrase so far. */
export interface PhraseEntry {
  readonly key: string
  /** How often each way of writing it occurs. */
  readonly forms: Map<string, number>
  count: number
  documents: number
  lastDocument: number
  /** How often it is written as a word, and as a name. */
  asWord: number
  asName: number
  isCompound: boolean
  /** Whether a pattern has it as one of its two ends, where only nouns are. */
  isRelated: boolean
  best: ToldSentence
  /** By type and target's key: the target's form and the largest weight. */
  readonly relations: Map<
    string,
    { readonly type: string; readonly target: string; readonly key: string; readonly weight: number }
  >
}

/** Relations that are kept of a phrase. */
const MOST_RELATIONS = 32

/** Counts of phrases, of which the rarest are forgotten where there are too many (as in Manku and Motwani 2002). */
export interface PhraseTable {
  readonly words: number
  add(phrase: NounPhrase, sentence: ToldSentence, document: number): void
  relate(relation: PhraseRelation): void
  countWords(words: number): void
  entries(): Iterable<PhraseEntry>
}

/** @param most phrases that are kept */
export function phraseTable(most: number): PhraseTable {
  const entries = new Map<string, PhraseEntry>()
  let words = 0
  const forgetSome = () => {
    const counts = [...entries.values()]
      .map(({ count, best }) => (best.isDefinition ? 2 : 1) * count)
      .sort((a, b) => a - b)
    const least = counts[counts.length >> 1]!
    for (const [key, { count, best }] of entries) {
      if (entries.size <= most >> 1) break
      if ((best.isDefinition ? 2 : 1) * count <= least) entries.delete(key)
    }
  }
  return {
    get words() {
      return words
    },
    countWords: (more) => {
      words += more
    },
    add: ({ key, form, writtenAs, isCompound }, sentence, document) => {
      const [asWord, asName] = [Number(writtenAs === 'word'), Number(writtenAs === 'name')]
      const known = entries.get(key)
      if (known === undefined) {
        entries.set(key, {
          ...{ key, forms: new Map([[form, 1]]), count: 1, documents: 1, lastDocument: document },
          ...{ asWord, asName, isCompound, isRelated: false, best: sentence, relations: new Map() },
        })
        if (entries.size > most) forgetSome()
        return
      }
      known.forms.set(form, (known.forms.get(form) ?? 0) + 1)
      known.count++
      if (known.lastDocument !== document) known.documents++
      known.lastDocument = document
      known.asWord += asWord
      known.asName += asName
      known.isCompound ||= isCompound
      if (sentence.worth > known.best.worth) known.best = sentence
    },
    relate: ({ type, source, target, weight }) => {
      const entry = entries.get(source.key)
      const other = entries.get(target.key)
      if (other !== undefined) other.isRelated = true
      if (entry === undefined) return
      entry.isRelated = true
      const name = `${type} ${target.key}`
      const before = entry.relations.get(name)
      if (before === undefined && entry.relations.size >= MOST_RELATIONS) return
      // What is said again is surer.
      const surer = before === undefined ? weight : 1 - (1 - before.weight) * (1 - weight)
      entry.relations.set(name, { type, target: target.form, key: target.key, weight: Math.min(0.99, surer) })
    },
    entries: () => entries.values(),
  }
}
