import type { NounPhrase } from './noun_phrases.ts'
import type { Token } from './tagger.ts'

/** What a sentence says of two of its phrases. */
export interface PhraseRelation {
  readonly type: 'parent' | 'sibling' | 'requires' | 'enables'
  readonly source: NounPhrase
  readonly target: NounPhrase
  /** 0 … 1: how often the pattern says so. */
  readonly weight: number
}

/** What the patterns find in a sentence. */
export interface SentenceFacts {
  /** The phrase that the sentence is a definition of; null where it is none. */
  readonly defined: NounPhrase | null
  /** Phrases that are introduced by name: "called X". */
  readonly named: readonly NounPhrase[]
  readonly relations: readonly PhraseRelation[]
}

/** A sentence with its phrases by the tokens that they begin and end with. */
interface Parsed {
  readonly tokens: readonly Token[]
  readonly phrases: readonly NounPhrase[]
  readonly startingAt: ReadonlyMap<number, NounPhrase>
  readonly endingAt: ReadonlyMap<number, NounPhrase>
}

const ARTICLES = new Set(['a', 'an', 'the', 'any', 'some'])
/** What goes on after the parent in a definition: it says how the one differs from others of its kind. */
const DIFFERENCE = new Set([
  ...[
    'that',
    'which',
    'who',
    'whose',
    'where',
    'when',
    'in',
    'of',
    'for',
    'used',
    'to',
    'by',
    'with',
    'from',
    'on',
  ],
  ...[
    'made',
    'designed',
    'consisting',
    'containing',
    'between',
    'based',
    'defined',
    'formed',
    'having',
    'without',
  ],
])
/** "a kind of lock": the parent is the lock. */
const KINDS = new Set([
  'kind',
  'type',
  'sort',
  'form',
  'class',
  'variety',
  'species',
  'branch',
  'subset',
  'category',
])
/** Parents that tell nothing. */
const VAGUE = new Set([
  ...['foundation', 'backbone', 'corner', 'cornerstone', 'future', 'investment'],
  ...[
    'way',
    'thing',
    'one',
    'example',
    'reason',
    'result',
    'part',
    'lot',
    'number',
    'problem',
    'question',
    'matter',
  ],
  ...[
    'case',
    'idea',
    'choice',
    'option',
    'step',
    'place',
    'time',
    'member',
    'point',
    'goal',
    'need',
    'consequence',
  ],
  ...[
    'good',
    'issue',
    'fact',
    'cause',
    'source',
    'sign',
    'key',
    'topic',
    'subject',
    'set',
    'concept',
    'term',
    'name',
  ],
  ...[
    'word',
    'variant',
    'version',
    'extension',
    'focus',
    'role',
    'effect',
    'mistake',
    'product',
    'function',
    'summary',
  ],
])
const WEIGHTS = {
  definition: 0.9,
  apposition: 0.6,
  named: 0.6,
  suchAs: 0.8,
  other: 0.7,
  sibling: 0.6,
  verb: 0.6,
} as const

/** Finds definitions, lists of kinds (Hearst 1992), and what requires or enables what. */
export function sentenceFacts(tokens: readonly Token[], phrases: readonly NounPhrase[]): SentenceFacts {
  const parsed: Parsed = {
    tokens,
    phrases,
    startingAt: new Map(phrases.map((phrase) => [phrase.start, phrase])),
    endingAt: new Map(phrases.map((phrase) => [phrase.end, phrase])),
  }
  const definition = definitionIn(parsed) ?? appositionIn(parsed)
  const named = namedIn(parsed)
  const relations = [
    ...(definition === null ? [] : [definition]),
    ...named,
    ...listsOfKinds(parsed),
    ...verbsIn(parsed),
  ].filter(({ source, target }) => source.key !== target.key && !VAGUE.has(target.key))
  return {
    defined: definition?.source ?? null,
    named: named.map(({ source }) => source),
    relations,
  }
}

function isWord(phrase: NounPhrase | null | undefined): phrase is NounPhrase {
  return phrase !== null && phrase !== undefined && phrase.writtenAs !== 'name'
}

const wordAt = ({ tokens }: Parsed, at: number): string => tokens[at]?.text.toLowerCase() ?? ''

/** The phrase that begins at a token, or behind an article there. */
function phraseFrom(parsed: Parsed, at: number): NounPhrase | null {
  return parsed.startingAt.get(ARTICLES.has(wordAt(parsed, at)) ? at + 1 : at) ?? null
}

/** The parent in "a LOCK that …" or "a kind of LOCK …"; null where it is not told what is special about it. */
function genusFrom(parsed: Parsed, at: number, isPlural = false): NounPhrase | null {
  if (!isPlural && !ARTICLES.has(wordAt(parsed, at))) return null
  const first = phraseFrom(parsed, at)
  if (first === null) return null
  const isKind = KINDS.has(first.key) && wordAt(parsed, first.end) === 'of'
  const genus = isKind ? phraseFrom(parsed, first.end + 1) : first
  if (genus === null || VAGUE.has(genus.key) || KINDS.has(genus.key) || genus.writtenAs === 'name')
    return null
  const next = wordAt(parsed, genus.end)
  const goesOn =
    isKind || DIFFERENCE.has(next) || (next === ',' && DIFFERENCE.has(wordAt(parsed, genus.end + 1)))
  return goesOn && parsed.tokens.length - genus.end > 3 ? genus : null
}

const parentOf = (source: NounPhrase, target: NounPhrase, weight: number): PhraseRelation => ({
  type: 'parent',
  source,
  target,
  weight,
})

/** "A mutex is a lock that …", "In code, mutexes are locks that …", "Mutex: a lock that …" */
function definitionIn(parsed: Parsed): PhraseRelation | null {
  const subject = subjectOf(parsed)
  if (subject === null) return null
  const at = afterAside(parsed, subject.end)
  const [verb, next] = [wordAt(parsed, at), wordAt(parsed, at + 1)]
  // A name before a colon is mostly a person's.
  const isOne =
    ['is', 'are', 'means', 'denotes'].includes(verb) || (verb === ':' && subject.writtenAs !== 'name')
  const behind =
    verb === 'refers' && next === 'to' ? 2 : verb === 'is' && next === 'defined' ? 3 : isOne ? 1 : 0
  const genus = behind === 0 ? null : genusFrom(parsed, at + behind, verb === 'are')
  return genus === null ? null : parentOf(subject, genus, WEIGHTS.definition)
}

/** The phrase that a sentence begins with; "the" stands before those of one thing, unless they have several words. */
function subjectOf(parsed: Parsed): NounPhrase | null {
  const begins = /^(?:in|for|to)$/.test(wordAt(parsed, 0))
    ? 1 + parsed.tokens.slice(0, 7).findIndex(({ text }) => text === ',')
    : 0
  const article = wordAt(parsed, begins)
  if (article !== 'a' && article !== 'an' && article !== 'the') return parsed.startingAt.get(begins) ?? null
  const subject = parsed.startingAt.get(begins + 1) ?? null
  return article === 'the' && subject !== null && subject.end - subject.start < 2 ? null : subject
}

/** The token behind an aside in brackets, as in "application programming interface (API) is". */
function afterAside(parsed: Parsed, at: number): number {
  if (wordAt(parsed, at) !== '(') return at
  for (let i = at + 1; i < Math.min(at + 6, parsed.tokens.length); i++)
    if (wordAt(parsed, i) === ')') return i + 1
  return at
}

/** "The mutex, a lock that …," */
function appositionIn(parsed: Parsed): PhraseRelation | null {
  for (const source of parsed.phrases) {
    const article = wordAt(parsed, source.end + 1)
    if (
      wordAt(parsed, source.end) !== ',' ||
      (article !== 'a' && article !== 'an') ||
      source.writtenAs === 'name'
    )
      continue
    // In a list, something with a comma stands before as well.
    if (wordAt(parsed, source.start - 1) === ',' || wordAt(parsed, source.start - 2) === ',') continue
    const genus = genusFrom(parsed, source.end + 1)
    const next = genus === null ? '' : wordAt(parsed, genus.end)
    if (genus !== null && ['that', 'which', 'used', 'designed', 'made', 'consisting'].includes(next))
      return parentOf(source, genus, WEIGHTS.apposition)
  }
  return null
}

/** "a lock called a mutex", "locks, known as mutexes" */
function namedIn(parsed: Parsed): PhraseRelation[] {
  const found: PhraseRelation[] = []
  for (let at = 1; at < parsed.tokens.length; at++) {
    const word = wordAt(parsed, at)
    const after =
      word === 'called' || word === 'termed'
        ? at + 1
        : word === 'known' && wordAt(parsed, at + 1) === 'as'
          ? at + 2
          : 0
    if (after === 0) continue
    const quoted = /^["“'‘]$/.test(wordAt(parsed, after)) ? after + 1 : after
    const source = phraseFrom(parsed, quoted)
    const before = wordAt(parsed, at - 1)
    const target = parsed.endingAt.get(before === ',' || before === 'also' ? at - 1 : at)
    if (source && isWord(target)) found.push(parentOf(source, target, WEIGHTS.named))
  }
  return found
}

/** "Y such as A, B and C", "A, B and other Y": parents, and siblings of each other; "including A and B": siblings. */
function listsOfKinds(parsed: Parsed): PhraseRelation[] {
  const found: PhraseRelation[] = []
  const take = (parent: NounPhrase | null | undefined, members: readonly NounPhrase[], weight: number) => {
    if (isWord(parent)) for (const member of members) found.push(parentOf(member, parent, weight))
    for (const [i, source] of members.entries())
      for (const target of members.slice(i + 1))
        if (source.key !== target.key)
          found.push({ type: 'sibling', source, target, weight: WEIGHTS.sibling })
  }
  for (let at = 1; at < parsed.tokens.length; at++) {
    const [word, next] = [wordAt(parsed, at), wordAt(parsed, at + 1)]
    if (word === 'such' && next === 'as') {
      const parent = parsed.endingAt.get(wordAt(parsed, at - 1) === ',' ? at - 1 : at)
      take(isAttached(parsed, parent) ? null : parent, listFrom(parsed, at + 2), WEIGHTS.suchAs)
    }
    // What includes something may be the whole sentence.
    if (word === 'including') take(null, listFrom(parsed, at + 1), 0)
    if ((word === 'and' || word === 'or') && next === 'other') {
      const members = listUpTo(parsed, at)
      const parent = phraseFrom(parsed, at + 2) ?? phraseFrom(parsed, at + 1)
      take(isAttached(parsed, members[0]) ? null : parent, members, WEIGHTS.other)
    }
  }
  return found
}

/** Whether a phrase belongs to one before it: in "the staff of agencies, such as writers", writers are no agencies. */
function isAttached(parsed: Parsed, phrase: NounPhrase | undefined): boolean {
  if (phrase === undefined) return false
  const before = ARTICLES.has(wordAt(parsed, phrase.start - 1)) ? phrase.start - 2 : phrase.start - 1
  return parsed.tokens[before]?.tag === 'ADP' && parsed.endingAt.has(before)
}

/** The phrases of a list that begins at a token: "A, B, and C". */
function listFrom(parsed: Parsed, from: number): NounPhrase[] {
  const members: NounPhrase[] = []
  for (let at = from; ; ) {
    const phrase = phraseFrom(parsed, at)
    if (phrase === null) break
    members.push(phrase)
    const comma = wordAt(parsed, phrase.end) === ','
    const joint = comma ? phrase.end + 1 : phrase.end
    const isLast = wordAt(parsed, joint) === 'and' || wordAt(parsed, joint) === 'or'
    if (!comma && !isLast) break
    at = isLast ? joint + 1 : joint
    if (isLast) {
      const last = phraseFrom(parsed, at)
      if (last) members.push(last)
      break
    }
  }
  return members
}

/** The phrases of a list that ends before a token: "A, B" of "A, B and other Y". */
function listUpTo(parsed: Parsed, end: number): NounPhrase[] {
  const members: NounPhrase[] = []
  for (let at = wordAt(parsed, end - 1) === ',' ? end - 1 : end; ; ) {
    const phrase = parsed.endingAt.get(at)
    if (phrase === undefined) break
    members.unshift(phrase)
    const before = ARTICLES.has(wordAt(parsed, phrase.start - 1)) ? phrase.start - 2 : phrase.start - 1
    if (wordAt(parsed, before) !== ',') break
    at = before
  }
  return members
}

/** "A requires B", "A enables B", where nothing stands between the verb and its two phrases. */
function verbsIn(parsed: Parsed): PhraseRelation[] {
  const found: PhraseRelation[] = []
  for (let at = 1; at < parsed.tokens.length - 1; at++) {
    const match = /^(require|enable)s?$/.exec(wordAt(parsed, at))
    if (match === null) continue
    const source = parsed.endingAt.get(at)
    const target = phraseFrom(parsed, at + 1)
    if (!isWord(source) || !isWord(target)) continue
    // "of the code require" may say what another noun before does; "require users to" asks for no users.
    if (
      /^(of|for|in|with|by|to)$/.test(wordAt(parsed, source.start - 1)) ||
      wordAt(parsed, target.end) === 'to'
    )
      continue
    if (/^(of|for|in|with|by)$/.test(wordAt(parsed, source.start - 2))) continue
    const type = match[1] === 'require' ? 'requires' : 'enables'
    found.push({ type, source, target, weight: WEIGHTS.verb })
  }
  return found
}
