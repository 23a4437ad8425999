import { basename } from 'node:path'
import { check, VmmError } from '../../../core/errors.ts'
import { refuseUnknown } from '../../../core/options.ts'
import { checkRunOptions } from '../../../core/run_options.ts'
import { type Candidates, provenance } from '../../candidates/candidate.ts'
import { parseAssertion } from './conceptnet_line.ts'
import { dumpLines } from './dump_lines.ts'
import { termGraph } from './term_graph.ts'

/** Which statements are taken. */
export interface ConceptNetOptions {
  /** Both terms must be of it, as ConceptNet's addresses have it. Default `en`. */
  readonly language?: string | undefined
  /** Statements of a smaller weight are left out. Default 1, that of what one good source says. */
  readonly minWeight?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A statement of ConceptNet, by our names. */
export interface ConceptNetRelation {
  readonly type: string
  /** Keys, such as `conceptnet:/c/en/hot_dog`. */
  readonly source: string
  readonly target: string
  /** 0 … 1: w / (w + 1) of ConceptNet's weight w. */
  readonly weight: number
  /** Of the file, from 1. */
  readonly line: number
}

const OPTIONS = { language: true, minWeight: true, signal: true } as const

/**
 * The statements of a dump of ConceptNet 5 (`conceptnet-assertions-5.7.0.csv`, also .gz or .bz2), one after another, as its lines have
 * them: IsA and PartOf are `parent`, HasA `child`, HasPrerequisite `requires`, Causes and CapableOf `enables`, Antonym and
 * DistinctFrom `conflicts_with`, Synonym and SimilarTo `sibling`. The memory does not grow with the file.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming file and line, after all statements before it; BAD_ARGUMENT; the signal's reason
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { conceptNetRelations } from 'vector-mamba/curate'
 *
 * await writeFile('two.csv', [
 *   '/a/1\t/r/IsA\t/c/en/dog/n\t/c/en/animal\t{"weight": 3.0}',
 *   '/a/2\t/r/IsA\t/c/fr/chien\t/c/fr/animal\t{"weight": 1.0}',
 * ].join('\n'))
 * for await (const { source, type, target, weight } of conceptNetRelations('two.csv'))
 *   console.log(source, type, target, weight) // conceptnet:/c/en/dog parent conceptnet:/c/en/animal 0.75
 * ```
 */
export async function* conceptNetRelations(
  path: string,
  options: ConceptNetOptions = {},
): AsyncGenerator<ConceptNetRelation, void, undefined> {
  const { language } = checked(options)
  for await (const { found, line } of assertions(path, options))
    yield {
      type: found.type,
      source: keyOf(language, found.source),
      target: keyOf(language, found.target),
      weight: shareOf(found.weight),
      line,
    }
}

/**
 * The terms of a dump of ConceptNet 5 as candidates, each once and with all its relations, in the order in which the dump has
 * them. A dump is sorted by relations, so that it is read to its end first; about 150 bytes are kept for each term and 17 for
 * each statement: some 300 MB for the English part of 5.7. Where less may be taken, see `conceptNetRelations`.
 *
 * Where the file breaks off, what came before is given before the error.
 *
 * @throws VmmError as `conceptNetRelations`
 * @example
 * ```js
 * import { writeFile } from 'node:fs/promises'
 * import { conceptNetCandidates } from 'vector-mamba/curate'
 *
 * await writeFile('one.csv', '/a/1\t/r/HasPrerequisite\t/c/en/bake_bread\t/c/en/oven\t{"weight": 1.0}\n')
 * for await (const { text, relations } of conceptNetCandidates('one.csv'))
 *   console.log(text, relations.map(({ type }) => type)) // bake bread [ 'requires' ]
 * // oven []
 * ```
 */
export async function* conceptNetCandidates(path: string, options: ConceptNetOptions = {}): Candidates {
  const { language } = checked(options)
  const graph = termGraph()
  let failure: unknown
  try {
    for await (const { found, line } of assertions(path, options))
      graph.add(found.type, found.source, found.target, shareOf(found.weight), line)
  } catch (error) {
    if (!(error instanceof VmmError)) throw error
    failure = error
  }
  const source = basename(path)
  for (const { term, line, relations } of graph.terms((term) => keyOf(language, term))) {
    options.signal?.throwIfAborted()
    const form = term.replaceAll('_', ' ')
    yield {
      key: keyOf(language, term),
      text: form,
      type: 'concept',
      surfaceForms: [form],
      score: relations.reduce((most, { weight }) => Math.max(most, weight), shareOf(1)),
      relations,
      code: null,
      provenance: provenance('conceptnet', source, { line }),
    }
  }
  if (failure !== undefined) throw failure
}

const keyOf = (language: string, term: string) => `conceptnet:/c/${language}/${term}`
const shareOf = (weight: number) => weight / (weight + 1)

function checked(options: ConceptNetOptions) {
  refuseUnknown(options, OPTIONS)
  const { language = 'en', minWeight = 1, signal } = options
  checkRunOptions({ signal })
  check(
    typeof language === 'string' && /^[a-z]{2,3}$/.test(language),
    'language',
    language,
    "a code such as 'en'",
  )
  check(typeof minWeight === 'number' && minWeight >= 0, 'minWeight', minWeight, 'a number of 0 or more')
  return { language, minWeight, signal }
}

async function* assertions(path: string, options: ConceptNetOptions) {
  const { language, minWeight, signal } = checked(options)
  for await (const { first, lines } of dumpLines(path, signal))
    for (let i = 0; i < lines.length; i++) {
      const found = parseAssertion(lines[i]!, language, minWeight)
      if (found === null) continue
      const line = first + i
      if (found === undefined)
        throw new VmmError(
          'BAD_FILE',
          `${path}: line ${line} is no statement of ConceptNet; expected five columns`,
        )
      yield { found, line }
    }
}
