import { check, checkCount } from '../../../core/errors.ts'
import { isIterable } from '../../../core/iterables.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import { splitSentences } from '../../../text/sentences.ts'
import {
  type Candidate,
  type CandidateRelation,
  type Candidates,
  provenance,
} from '../../candidates/candidate.ts'
import { type ProseDocument, textDocuments } from './documents.ts'
import { type NounLexicon, readNounLexicon } from './noun_lexicon.ts'
import { nounPhrases } from './noun_phrases.ts'
import { sentenceFacts } from './patterns.ts'
import { type PhraseEntry, type PhraseTable, phraseTable } from './phrase_table.ts'
import { sentenceWorth } from './sentence_worth.ts'
import { soundness } from './soundness.ts'
import { openTagger, type Tagger } from './tagger.ts'

/** How concepts are found in texts. */
export interface TextCandidatesOptions {
  /** Phrases that are counted at a time, of some 1 kB each: where there are more, the rarest are forgotten. Default 100,000. */
  readonly phrases?: number | undefined
  /** Candidates of a lower score are left out, 0 … 1. Default 0.5. */
  readonly minScore?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Characters of a sentence at most: longer ones are lists or tables. */
const LONGEST_SENTENCE = 1000

/**
 * Concepts in English texts, found by rules: noun phrases, definitions ("A mutex is a lock that …", "… called a mutex", "Mutex: a lock …"),
 * and the patterns of Hearst (1992), such as "locks such as mutexes and semaphores". A candidate's text is the sentence that
 * defines it, else the one that tells most of it; its relations are `parent`, `sibling`, `requires` and `enables`, to other
 * candidates by their forms. All documents are read before the first candidate comes, because counts decide what is a
 * concept. Equal documents give equal candidates, in the order in which the documents have them.
 *
 * Needs the packages wink-nlp and wink-eng-lite-web-model: `npm install wink-nlp wink-eng-lite-web-model`. Reads some 70,000 words a
 * second.
 *
 * @param documents paths of files, or documents
 * @throws VmmError UNSUPPORTED without the packages; NOT_FOUND, BAD_FILE for files; BAD_ARGUMENT; the signal's reason
 * @example
 * ```js
 * import { textCandidates } from 'vector-mamba/curate'
 *
 * const text =
 *   'In kitchens, a tomato is a fruit that only cooks call a vegetable. ' +
 *   'Fruits such as tomatoes and pears are sweet.'
 * const documents = [{ source: 'notes', id: null, paragraphs: [{ text, line: 1 }] }]
 * for await (const { surfaceForms, relations } of textCandidates(documents))
 *   console.log(surfaceForms[0], relations.map(({ type, target }) => `${type} ${target}`)) // kitchen []
 * // tomato [ 'parent fruit', 'sibling pear' ]
 * // fruit []
 * // vegetable []
 * // pear [ 'parent fruit' ]
 * ```
 */
export async function* textCandidates(
  documents: Iterable<string> | Iterable<ProseDocument> | AsyncIterable<ProseDocument>,
  options: TextCandidatesOptions = {},
): Candidates {
  refuseUnknown(options, { phrases: true, minScore: true, signal: true })
  const { phrases = 100_000, minScore = 0.5, signal } = options
  checkRunOptions({ signal })
  checkCount('phrases', phrases)
  check(minScore >= 0 && minScore <= 1, 'minScore', minScore, 'a number from 0 to 1')
  check(isIterable(documents), 'documents', documents, 'paths of files, or documents')
  signal?.throwIfAborted()
  const [tag, lexicon] = [await openTagger(), await sharedLexicon()]
  const table = phraseTable(phrases)
  let number = 0
  for await (const document of documentsOf(documents, signal)) {
    signal?.throwIfAborted()
    readDocument(document, number++, { tag, lexicon, table })
  }
  const scores = new Map<string, number>()
  for (const entry of table.entries()) {
    const score = soundness(entry, lexicon, table.words)
    if (score !== null && score >= minScore) scores.set(entry.key, score)
  }
  for (const entry of table.entries()) {
    signal?.throwIfAborted()
    const score = scores.get(entry.key)
    if (score !== undefined) yield candidateOf(entry, score, scores)
  }
}

/** Reading WordNet takes seconds: sources of a build share what is made of it. */
let lexicon: Promise<NounLexicon> | undefined

function sharedLexicon(): Promise<NounLexicon> {
  lexicon ??= readNounLexicon().catch((error: unknown) => {
    lexicon = undefined
    throw error
  })
  return lexicon
}

async function* documentsOf(
  given: Iterable<string> | Iterable<ProseDocument> | AsyncIterable<ProseDocument>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ProseDocument> {
  for await (const one of given)
    if (typeof one === 'string') yield* textDocuments([one], signal)
    else yield one
}

interface Reader {
  readonly tag: Tagger
  readonly lexicon: NounLexicon
  readonly table: PhraseTable
}

function readDocument(
  { source, id, paragraphs }: ProseDocument,
  number: number,
  { tag, lexicon, table }: Reader,
): void {
  let position = 0
  for (const { text: paragraph, line } of paragraphs)
    for (const { text, start } of splitSentences(paragraph)) {
      const place = {
        source,
        document: id,
        position: position++,
        line: line === null ? null : line + lineEnds(paragraph, start),
      }
      if (text.length > LONGEST_SENTENCE) continue
      const tokens = tag(text)
      table.countWords(tokens.length)
      const phrases = nounPhrases(tokens, lexicon)
      const { defined, named, relations } = sentenceFacts(tokens, phrases)
      for (const phrase of phrases) {
        const isDefinition = phrase === defined
        const worth = sentenceWorth(text, tokens, phrase, isDefinition) + (named.includes(phrase) ? 2 : 0)
        table.add(phrase, { text, place, worth, isDefinition }, number)
      }
      for (const relation of relations) table.relate(relation)
    }
}

/** Line ends before a place. */
function lineEnds(text: string, before: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < before; at = text.indexOf('\n', at + 1)) count++
  return count
}

function candidateOf(entry: PhraseEntry, score: number, kept: ReadonlyMap<string, number>): Candidate {
  const { forms, best, relations } = entry
  const { source, document, position, line } = best.place
  // A capital may be that of a sentence's beginning.
  const isPlain = (form: string) => Number(form === form.toLowerCase())
  const byCount = [...forms]
    .sort((a, b) => isPlain(b[0]) - isPlain(a[0]) || b[1] - a[1])
    .map(([form]) => form)
  const related = [...relations.values()].filter(({ key }) => kept.has(key))
  return {
    key: null,
    text: best.text,
    type: best.isDefinition ? 'definition' : 'sentence',
    surfaceForms: byCount,
    score,
    relations: related.map(
      ({ type, target, weight }): CandidateRelation => ({ type, target, targetIs: 'form', weight }),
    ),
    code: null,
    provenance: provenance('rules', source, { document, position, line, excerpt: best.text }),
  }
}
