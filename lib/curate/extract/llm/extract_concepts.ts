import { badArgument, check, describe } from '../../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../../core/options.ts'
import { type Candidate, type CandidateRelation, provenance } from '../../candidates/candidate.ts'
import { type DropCounter, type Drops, dropCounter } from '../../candidates/drops.ts'
import { formKey } from '../../candidates/form_key.ts'
import { type RelationTypes, relationTypes } from '../../candidates/relation_types.ts'
import type { ChatModel } from '../../llm/chat_model.ts'
import { LlmError, type LlmReason } from '../../llm/llm_error.ts'
import { extractPrompt, VERSIONS } from '../../llm/prompts.ts'
import { conceptLines } from './concept_lines.ts'
import { occursIn } from './occurs_in.ts'

/** A part of a text, and where it stands. */
export interface TextPassage {
  readonly text: string
  /** The data set or file. */
  readonly source: string
  readonly document?: string | null | undefined
  readonly position?: number | null | undefined
  /** From 1. */
  readonly line?: number | null | undefined
}

/** How concepts are asked for. */
export interface ExtractOptions {
  /** Types of relations that are asked for. Default: parent, child, sibling, enables, requires, conflicts_with. */
  readonly ask?: readonly string[] | undefined
  /** Types of relations that are understood. Default: `relationTypes()`. */
  readonly types?: RelationTypes | undefined
  /** The type of a relation that names none. Default 'sibling', of little weight. */
  readonly bare?: string | undefined
  /** Tokens of an answer at most; what of it has come by then is taken. Default 2048. */
  readonly maxTokens?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export const EXTRACT_OPTIONS = {
  ask: true,
  types: true,
  bare: true,
  maxTokens: true,
  signal: true,
} as const satisfies OptionNames<ExtractOptions>

/** What a passage has. */
export interface ExtractedConcepts {
  readonly candidates: readonly Candidate[]
  /** What the model has said besides. */
  readonly dropped: readonly Drops[]
}

const ASKED = ['parent', 'child', 'sibling', 'enables', 'requires', 'conflicts_with'] as const
/** How much a model is trusted that nobody has checked. */
const TRUST = 0.5
/** An answer that was cut off counts as far as it goes; another passage may do better. */
const UNFINISHED: readonly LlmReason[] = ['length', 'size', 'filtered']
/** Concepts of a passage at most. */
const MOST_CONCEPTS = 200

/**
 * The concepts of a passage, as a language model lists them in lines `CONCEPT :: TYPE :: [RELATED, …]`, and what else it
 * has said. A passage is data: whatever it says, concepts and relations come out whose names stand in it, and nothing else.
 *
 * @throws what `chat` throws, but an answer that was cut off counts as far as it goes; VmmError BAD_ARGUMENT for wrong options
 * @example
 * ```js
 * import { extractConcepts, openEndpoint } from 'vector-mamba/curate'
 *
 * // Answers in place of a server; without it, `url` is asked by fetch.
 * const content = 'Here you are:\n1. photosynthesis :: requires :: [sunlight, the Moon]'
 * const fetch = async () => Response.json({ choices: [{ message: { content }, finish_reason: 'stop' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const passage = { text: 'Plants need sunlight for photosynthesis.', source: 'leaves.txt' }
 * const { candidates, dropped } = await extractConcepts(model, passage)
 * const [{ text, relations }] = candidates
 * console.log(text, relations.map(({ type, target }) => `${type} ${target}`)) // photosynthesis [ 'requires sunlight' ]
 * for (const { reason, examples } of dropped) console.log(`${reason}: ${examples}`) // a line that is not CONCEPT :: TYPE :: [RELATED]: Here you are:
 * // a related concept that is not in the text: the Moon
 * ```
 */
export async function extractConcepts(
  model: ChatModel,
  passage: TextPassage,
  options: ExtractOptions = {},
): Promise<ExtractedConcepts> {
  refuseUnknown(options, EXTRACT_OPTIONS)
  const { ask = ASKED, types = relationTypes(), bare = 'sibling', maxTokens, signal } = options
  check(typeof passage.text === 'string', 'passage.text', passage.text, 'a string')
  for (const type of [...ask, bare])
    if (!types.has(type)) throw badArgument('types', describe(type), `one of ${[...types.keys()].join(', ')}`)
  const drops = dropCounter()
  if (passage.text.trim() === '') return { candidates: [], dropped: [] }
  const messages = extractPrompt(passage.text, ask)
  const answer = await model.chat({ messages, maxTokens }, { signal }).then(
    ({ text }) => text,
    (error: unknown) => {
      if (!(error instanceof LlmError) || !UNFINISHED.includes(error.reason)) throw error
      return wholeLines(error, drops)
    },
  )
  const concepts = groundedConcepts(answer, passage.text, types, bare, drops)
  const candidates = concepts.map((concept) => candidateOf(concept, passage, model.model))
  return { candidates, dropped: drops.all() }
}

/** A name and its relations, of which no two are the same. */
interface GroundedConcept {
  readonly name: string
  readonly relations: Map<string, CandidateRelation>
}

/** The concepts of an answer that the text has, each once, those first that have lines of their own. */
function groundedConcepts(
  answer: string,
  text: string,
  types: RelationTypes,
  bare: string,
  drops: DropCounter,
): GroundedConcept[] {
  const occurs = occursIn(text)
  const concepts = new Map<string, GroundedConcept>()
  const conceptOf = (name: string) => {
    const key = formKey(name)
    const known = concepts.get(key)
    if (known) return known
    if (concepts.size === MOST_CONCEPTS) {
      drops.drop(`more than ${MOST_CONCEPTS} concepts of a passage`, name)
      return null
    }
    const concept = { name, relations: new Map<string, CandidateRelation>() }
    concepts.set(key, concept)
    return concept
  }
  const targets: string[] = []
  for (const { concept: name, relations } of conceptLines(answer, types, bare, drops)) {
    if (!occurs(name)) {
      drops.drop('a concept that is not in the text', name)
      continue
    }
    const concept = conceptOf(name)
    for (const { type, target, weight } of concept === null ? [] : relations) {
      if (!occurs(target)) drops.drop('a related concept that is not in the text', target)
      else if (formKey(target) === formKey(name)) drops.drop('a concept that is related to itself', name)
      else {
        const key = `${type} ${formKey(target)}`
        const known = concept!.relations.get(key)
        if (known) drops.drop('a relation that is said twice', `${name} :: ${type} :: ${target}`)
        else targets.push(target)
        if (weight > (known?.weight ?? 0))
          concept!.relations.set(key, { type, target, targetIs: 'form', weight })
      }
    }
  }
  // What relations lead to is a concept as well, else they would lead nowhere.
  for (const target of targets) conceptOf(target)
  return [...concepts.values()]
}

function candidateOf({ name, relations }: GroundedConcept, passage: TextPassage, model: string): Candidate {
  const { text, source, document = null, position = null, line = null } = passage
  return {
    key: null,
    text: name,
    type: 'concept',
    surfaceForms: [name],
    score: TRUST,
    relations: [...relations.values()],
    code: null,
    provenance: provenance('llm', source, {
      ...{ document, position, line, model },
      ...{ excerpt: text, prompt: VERSIONS.extract },
    }),
  }
}

/** What has come of an answer that was cut off, without its last line. */
function wholeLines({ text, message }: LlmError, drops: DropCounter): string {
  const end = text.lastIndexOf('\n') + 1
  drops.drop('an answer that was cut off, after its last whole line', message)
  return text.slice(0, end)
}
