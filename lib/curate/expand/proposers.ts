import { checkCount } from '../../core/errors.ts'
import { refuseUnknown } from '../../core/options.ts'
import { type RelationOptions, type Relations, waysFrom } from '../../store/graph/relations.ts'
import { dropCounter } from '../candidates/drops.ts'
import { formKey } from '../candidates/form_key.ts'
import { type RelationTypes, relationTypes } from '../candidates/relation_types.ts'
import { conceptLines } from '../extract/llm/concept_lines.ts'
import type { ChatModel } from '../llm/chat_model.ts'
import { proposePrompt } from '../llm/prompts.ts'
import type { Proposer } from './expand.ts'

/** What knows relations of concepts, and their names. */
export interface NamedRelations {
  readonly relations: Relations
  /** The id of the concept that a name is of; null where there is none. */
  idOf(form: string, signal: AbortSignal | undefined): Promise<string | null>
  /** The names of concepts, in order; null for those that are not there. */
  formsOf(ids: readonly string[], signal: AbortSignal | undefined): Promise<readonly (string | null)[]>
}

/**
 * Proposes what a store's relations lead to.
 *
 * @param options types of relations and how many of each concept; along them only, as what is related by one against its
 *   direction is not what its type says
 */
export function graphProposals(
  { relations, idOf, formsOf }: NamedRelations,
  options: Pick<RelationOptions, 'types' | 'limit'> = {},
): Proposer {
  refuseUnknown(options, { types: true, limit: true })
  return {
    name: 'graph',
    propose: async ({ form, id }, signal) => {
      const own = id ?? (await idOf(form, signal))
      if (own === null) return []
      const ways = (await waysFrom(relations, [own], options)).get(own) ?? []
      const forms = await formsOf(
        ways.map(({ to }) => to),
        signal,
      )
      return ways.flatMap(({ to, edge: { type, weight } }, i) => {
        const other = forms[i] ?? null
        return other === null ? [] : [{ form: other, id: to, type, weight }]
      })
    },
  }
}

const ASKED = ['parent', 'child', 'sibling', 'enables', 'requires', 'conflicts_with']

/** Proposes what a language model names, at most `most` concepts each time. */
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
