import type { PartOfSpeech } from '../../../../lib/concepts/wordnet/names.ts'
import type { Synset } from '../../../../lib/concepts/wordnet/synsets.ts'
import { type NounLexicon, nounLexicon } from '../../../../lib/curate/extract/rules/noun_lexicon.ts'

function synset(
  words: string,
  partOfSpeech: PartOfSpeech,
  tagCount: number,
  more: Partial<Synset> = {},
): Synset {
  return {
    id: `${partOfSpeech[0]}${words}`,
    partOfSpeech,
    category: partOfSpeech === 'noun' ? 'noun.artifact' : 'verb.change',
    words: words.split(', '),
    definition: '',
    examples: [],
    pointers: [],
    tagCount,
    ...more,
  }
}

/** A lexicon of a few words, with facts as WordNet has them. */
export function smallLexicon(): NounLexicon {
  const nouns =
    'lock, mutex, semaphore, thread, hash table, table, data, file, economics, man, government, apple, pear, plum, fruit, key, farming, boa, object'
  return nounLexicon([
    ...nouns.split(', ').map((noun) => synset(noun, 'noun', 4)),
    synset('lock', 'verb', 9),
    synset('jostling', 'noun', 0),
    synset('Paris', 'noun', 8, { pointers: [{ relation: 'instance_hypernym', target: 'n1', words: null }] }),
    synset('week', 'noun', 8, { category: 'noun.time' }),
    synset('legal', 'adjective', 3, { pointers: [{ relation: 'pertainym', target: 'n1', words: [0, 0] }] }),
    synset('rusty', 'adjective', 3),
  ])
}
