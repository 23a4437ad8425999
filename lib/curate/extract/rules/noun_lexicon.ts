import { readWordNet, type Synset } from '../../../concepts/wordnet/synsets.ts'
import { baseForms } from '../../../text/base_forms.ts'

/** What WordNet knows of English words, as far as it tells which of them name concepts. */
export interface NounLexicon {
  /** The noun that a word or phrase is a form of, in lower case: "data files" → "data file"; null where WordNet has none. */
  noun(phrase: string): string | null
  /** The words of a phrase with its last one in the singular, where WordNet knows it. */
  singular(phrase: string): string
  /** Whether a noun names a kind of things and not only a person, a place or another single thing. */
  isKind(noun: string): boolean
  /** Whether a noun names something of its own, rather than a time, an amount, or "thing" and "way". */
  isDistinct(noun: string): boolean
  /** Whether an adjective says what something belongs to, as "chemical" and "legal" do, rather than what it is like. */
  isRelational(adjective: string): boolean
  /** Whether a word is used as a noun at least as often as otherwise. */
  isMostlyNoun(word: string): boolean
  /** How often a noun occurs among a million words of English; at least that of one that never came up. */
  perMillion(noun: string): number
}

/** Words that point at other words, and say little themselves. */
const EMPTY = new Set(
  (
    'thing things way ways lot lots kind kinds sort sorts type types bit case cases example examples fact facts part parts number ' +
    'numbers amount amounts set sets one ones reason reasons matter matters place places point points problem problems ' +
    'question questions issue issues side sides end ends beginning start top bottom rest whole piece pieces item items ' +
    'instance instances aspect aspects detail details respect manner sense purpose purposes result results effect effects ' +
    'use uses order level levels degree step steps stage case use cases change changes section sections chapter chapters ' +
    'figure figures table tables page pages paragraph paragraphs note notes line lines name names word words term terms ' +
    'people person man men woman women everyone anyone someone something anything nothing everything none self ' +
    'day days week weeks month months year years hour hours minute minutes second seconds time times moment today tomorrow ' +
    'yesterday now morning evening night half couple dozen hundred thousand million billion variety range series group groups ' +
    'option options choice choices list lists idea ideas thought thoughts addition difference differences course look ' +
    'situation situations condition conditions form forms version versions attempt hand hands eye eyes head face ' +
    'proposal proposals author authors reader readers discussion discussions rationale motivation abstract summary overview ' +
    'introduction conclusion conclusions alternative alternatives approach approaches solution solutions suggestion suggestions ' +
    'answer answers work works job jobs effort efforts goal goals benefit benefits advantage advantages disadvantage change ' +
    'behavior behaviour feature features possibility possibilities need needs requirement requirements ability lack ' +
    'thanks may might will can must being beings none plenty majority minority rather sake means kinds bits lots others ' +
    'sir madam lord lady mr mrs miss dear god fellow'
  ).split(' '),
)
/** Files of lexicographers whose nouns are measures and times. */
const MEASURES = new Set(['noun.quantity', 'noun.time', 'noun.Tops', 'noun.motive'])

/** What WordNet's nouns and adjectives say; some 60 MB. Throws VmmError see `readWordNet`. */
export async function readNounLexicon(): Promise<NounLexicon> {
  return nounLexicon(await readWordNet())
}

interface NounFacts {
  count: number
  kind: boolean
  measure: boolean
}

export function nounLexicon(synsets: readonly Synset[]): NounLexicon {
  const nouns = new Map<string, NounFacts>()
  const others = new Map<string, number>()
  const relational = new Set<string>()
  let total = 0
  for (const { words, partOfSpeech, category, pointers, tagCount } of synsets) {
    total += tagCount
    const share = tagCount / words.length
    const isInstance = pointers.some(({ relation }) => relation === 'instance_hypernym')
    for (const [place, word] of words.entries()) {
      const name = word.toLowerCase()
      if (partOfSpeech === 'noun') {
        const known = nouns.get(name)
        if (known === undefined)
          nouns.set(name, {
            count: share,
            kind: !isInstance && name === word,
            measure: MEASURES.has(category),
          })
        else {
          known.count += share
          known.kind ||= !isInstance && name === word
        }
        continue
      }
      others.set(name, (others.get(name) ?? 0) + share)
      const belongs = ({ relation, words: pair }: Synset['pointers'][number]) =>
        relation === 'pertainym' && (pair === null || pair[0] === place)
      if (partOfSpeech === 'adjective' && pointers.some(belongs)) relational.add(name)
    }
  }
  const lastAsNoun = (phrase: string): string | null => {
    if (nouns.has(phrase)) return phrase
    const at = phrase.lastIndexOf(' ') + 1
    for (const base of baseForms(phrase.slice(at))) {
      const name = phrase.slice(0, at) + base
      if (nouns.has(name)) return name
    }
    return null
  }
  return {
    noun: (phrase) => lastAsNoun(phrase.toLowerCase()),
    singular: (phrase) => {
      const at = phrase.lastIndexOf(' ') + 1
      const last = phrase.slice(at)
      const noun = lastAsNoun(last.toLowerCase())
      return noun === null || noun === last.toLowerCase() ? phrase : phrase.slice(0, at) + noun
    },
    isKind: (noun) => nouns.get(noun)?.kind === true,
    isDistinct: (noun) => !EMPTY.has(noun) && nouns.get(noun)?.measure !== true,
    isRelational: (adjective) => relational.has(adjective.toLowerCase()),
    isMostlyNoun: (word) => {
      const count = nouns.get(word)?.count ?? 0
      // "jostling" may be a form of a verb wherever it stands.
      return count >= (others.get(word) ?? 0) && (count > 0 || !word.endsWith('ing'))
    },
    perMillion: (noun) => (1e6 * ((nouns.get(noun)?.count ?? 0) + 0.5)) / total,
  }
}
