import { basename } from 'node:path'
import { check, describe, VmmError } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import { parseJson } from '../../../io/json.ts'
import {
  type Candidate,
  type CandidateRelation,
  type Candidates,
  provenance,
} from '../../candidates/candidate.ts'
import { dumpLines } from './dump_lines.ts'

/** What is taken of each entity. */
export interface WikidataOptions {
  /** Of labels, descriptions and aliases; entities without a label in it are left out. Default `en`. */
  readonly language?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What Wikidata's properties are called here: subclass of, instance of, part of, has part, opposite of, has effect. */
const TYPES: readonly (readonly [property: string, type: string])[] = [
  ['P279', 'parent'],
  ['P31', 'parent'],
  ['P361', 'parent'],
  ['P527', 'child'],
  ['P461', 'conflicts_with'],
  ['P1542', 'enables'],
]
/** Aliases of a candidate at most: some entities have hundreds. */
const MOST_ALIASES = 20
/** People wrote and checked the statements, though each mostly alone. */
const SCORE = 0.9

/**
 * The items of a dump of Wikidata as candidates (`latest-all.json`, also .gz or .bz2: one entity a line in a JSON array): label and
 * aliases are the surface forms, label and description the text, and relations lead to other items by their keys, such as
 * `wikidata:Q144`. One entity is in memory at a time. A .bz2 is decompressed by lbzip2 or bzip2 where one is installed, else by
 * the package unbzip2-stream; .gz is faster.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming file and line, after all candidates before it; UNSUPPORTED where nothing decompresses
 *   bzip2; BAD_ARGUMENT; the signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { wikidataCandidates } from 'vector-mamba/curate'
 *
 * const claim = { rank: 'normal', mainsnak: { snaktype: 'value', datavalue: { value: { id: 'Q39201' } } } }
 * const dog = {
 *   type: 'item',
 *   id: 'Q144',
 *   labels: { en: { value: 'dog' } },
 *   descriptions: { en: { value: 'domestic animal' } },
 *   aliases: { en: [{ value: 'domestic dog' }] },
 *   claims: { P279: [claim] },
 * }
 * await writeFile('dump.json', `[\n${JSON.stringify(dog)},\n]\n`)
 * for await (const { key, text, relations } of wikidataCandidates('dump.json'))
 *   console.log(key, text, relations[0].type, relations[0].target) // wikidata:Q144 dog: domestic animal parent wikidata:Q39201
 * ```
 */
export async function* wikidataCandidates(path: string, options: WikidataOptions = {}): Candidates {
  refuseUnknown(options, { language: true, signal: true })
  const { language = 'en', signal } = options
  checkRunOptions({ signal })
  check(
    typeof language === 'string' && /^[a-z-]{2,20}$/.test(language),
    'language',
    language,
    "a code such as 'en'",
  )
  const source = basename(path)
  let isEnded = false
  for await (const { first, lines } of dumpLines(path, signal))
    for (const [i, line] of lines.entries()) {
      const text = line.trim().replace(/,$/, '')
      isEnded ||= text === ']'
      if (text === '' || text === '[' || text === ']') continue
      const place = `${path}: line ${first + i}`
      const entity = entityOf(parseJson(text, place, 'the file may be cut off'), place)
      const candidate = candidateOf(entity, language, source, first + i)
      if (candidate !== null) yield candidate
    }
  if (!isEnded)
    throw new VmmError('BAD_FILE', `${path}: it ends before the ']' that ends a dump; it may be cut off`)
}

/** An object whose fields are not yet known to be anything. */
type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** A field of what may be an object. */
function fieldOf(value: unknown, name: string): unknown {
  return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function entityOf(value: unknown, place: string): Fields & { readonly id: string } {
  if (typeof fieldOf(value, 'id') !== 'string')
    throw new VmmError('BAD_FILE', `${place}: got ${describe(value)}; expected an entity with an id`)
  return value as Fields & { readonly id: string }
}

function candidateOf(
  entity: Fields & { readonly id: string },
  language: string,
  source: string,
  line: number,
): Candidate | null {
  const inLanguage = (name: string) => fieldOf(fieldOf(entity, name), language)
  const label = textOf(fieldOf(inLanguage('labels'), 'value'))
  if (fieldOf(entity, 'type') !== 'item' || label === '') return null
  const description = textOf(fieldOf(inLanguage('descriptions'), 'value'))
  const aliases = listOf(inLanguage('aliases')).map((alias) => textOf(fieldOf(alias, 'value')))
  const forms = [label, ...aliases.filter((alias) => alias !== '').slice(0, MOST_ALIASES)]
  return {
    key: keyOf(entity.id),
    text: description === '' ? label : `${label}: ${description}`,
    type: 'concept',
    surfaceForms: [...new Set(forms)],
    score: SCORE,
    relations: relationsOf(entity),
    code: null,
    provenance: provenance('wikidata', source, { document: entity.id, line, excerpt: description || label }),
  }
}

const keyOf = (id: string) => `wikidata:${id}`

function relationsOf(entity: Fields & { readonly id: string }): CandidateRelation[] {
  const claims = fieldOf(entity, 'claims')
  const relations = new Map<string, CandidateRelation>()
  for (const [property, type] of TYPES)
    for (const claim of listOf(fieldOf(claims, property))) {
      const id = itemOf(claim)
      if (id === null || id === entity.id) continue
      relations.set(`${type} ${id}`, { type, target: keyOf(id), targetIs: 'key', weight: 1 })
    }
  return [...relations.values()]
}

/** The item that a statement is about; null where it is about none, says that nothing is known, or is known to be wrong. */
function itemOf(claim: unknown): string | null {
  if (fieldOf(claim, 'rank') === 'deprecated') return null
  const value = fieldOf(fieldOf(fieldOf(claim, 'mainsnak'), 'datavalue'), 'value')
  const id = textOf(fieldOf(value, 'id'))
  if (id !== '') return id
  const number = fieldOf(value, 'numeric-id') // of older dumps
  return Number.isSafeInteger(number) ? `Q${number}` : null
}
