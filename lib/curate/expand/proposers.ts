import { checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { dropCounter } from '../candidates/drops.ts'
import { formKey } from '../candidates/form_key.ts'
import { type RelationTypes, relationTypes } from '../candidates/relation_types.ts'
import { conceptLines } from '../extract/llm/concept_lines.ts'
import type { ChatModel } from '../llm/chat_model.ts'
import { proposePrompt } from '../llm/prompts.ts'
import type { Proposer } from './expand.ts'

/** Which relations are gone along. */
export interface GraphProposalOptions {
  /** Types of relations. Default: all. */
  readonly types?: readonly string[] | undefined
  /** Relations of each concept at most, the heaviest first. Default: all. */
  readonly limit?: number | undefined
}

/** What knows relations of concepts, and their names. */
export interface NamedRelations {
  /** The relations from concepts to others, as a store has them. */
  neighbours(
    ids: readonly string[],
    options: GraphProposalOptions,
  ): Promise<readonly { readonly type: string; readonly target: string; readonly weight: number }[]>
  /** The id of the concept that a name is of; null where there is none. */
  idOf(form: string, signal: AbortSignal | undefined): Promise<string | null>
  /** The names of concepts, in order; null for those that are not there. */
  formsOf(ids: readonly string[], signal: AbortSignal | undefined): Promise<readonly (string | null)[]>
}

/**
 * Proposes what the relations of a store lead to. They are gone along only: what is related by one against its direction is not
 * what its type says.
 *
 * @throws VmmError BAD_ARGUMENT for options that are none
 * @example
 * ```js
 * import { expandConcepts, graphProposals } from 'vector-mamba/curate'
 *
 * const parents = { dog: 'mammal', mammal: 'animal' }
 * const graph = {
 *   neighbours: async ([id]) => (parents[id] ? [{ type: 'parent', target: parents[id], weight: 1 }] : []),
 *   idOf: async (form) => form,
 *   formsOf: async (ids) => ids,
 * }
 * const reached = []
 * for await (const { form } of expandConcepts(['dog'], [graphProposals(graph)], { depth: 2 })) reached.push(form)
 * console.log(reached.join()) // dog,mammal,animal
 * ```
 */
export function graphProposals(graph: NamedRelations, options: GraphProposalOptions = {}): Proposer {
  refuseUnknown(options, { types: true, limit: true })
  return {
    name: 'graph',
    propose: async ({ form, id }, signal) => {
      const own = id ?? (await graph.idOf(form, signal))
      if (own === null) return []
      const edges = await graph.neighbours([own], options)
      const forms = await graph.formsOf(
        edges.map(({ target }) => target),
        signal,
      )
      return edges.flatMap(({ target, type, weight }, i) => {
        const other = forms[i] ?? null
        return other === null ? [] : [{ form: other, id: target, type, weight }]
      })
    },
  }
}

const ASKED = ['parent', 'child', 'sibling', 'enables', 'requires', 'conflicts_with']

/**
 * Proposes what a language model names, at most `most` concepts each time.
 *
 * @throws VmmError BAD_ARGUMENT
 * @example
 * ```js
 * import { expandConcepts, modelProposals, openEndpoint } from 'vector-mamba/curate'
 *
 * // Answers in place of a server; without it, `url` is asked by fetch.
 * const content = 'dog :: parent :: [mammal]'
 * const fetch = async () => Response.json({ choices: [{ message: { content }, finish_reason: 'stop' }] })
 * const model = openEndpoint({ url: 'http://localhost:8080/v1', model: 'tiny', fetch })
 * const reached = []
 * for await (const { form } of expandConcepts(['dog'], [modelProposals(model)], { depth: 1 })) reached.push(form)
 * console.log(reached.join()) // dog,mammal
 * ```
 */
export function modelProposals(
  model: ChatModel,
  { most = 12, types = relationTypes() }: { readonly most?: number; readonly types?: RelationTypes } = {},
): Proposer {
  checkCount('most', most)
  return {
    name: model.model,
    propose: async ({ form }, signal) => {
      const { text } = await model.chat({ messages: proposePrompt(form, ASKED, most) }, { signal })
      return conceptLines(text, types, 'sibling', dropCounter())
        .filter(({ concept }) => formKey(concept) === formKey(form))
        .flatMap(({ relations }) => relations)
        .slice(0, most)
        .map(({ type, target, weight }) => ({ form: target, id: null, type, weight }))
    },
  }
}
