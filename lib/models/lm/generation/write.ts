import { type NextLogits, openDecoding } from '../decoding/decoding.ts'
import type { SpareStates } from '../decoding/spare_states.ts'
import type { DecodingSize } from '../decoding/states.ts'
import type { LanguageNetwork } from '../network.ts'
import { beamSearch } from './beam.ts'
import { blockOf, textsOf } from './block.ts'
import { constrainedBeamSearch } from './constrained_beam.ts'
import type { Plan } from './options.ts'
import { type Prompt, tokensAfter } from './prompt.ts'
import { questionOf } from './question.ts'
import { type Penalised, sampleSearch } from './sample.ts'
import {
  type Child,
  emptyHypothesis,
  type Hypothesis,
  type Rules,
  type Search,
  type WrittenText,
} from './search.ts'
import { modelDraft } from './speculation/model_draft.ts'
import { ngramDraft } from './speculation/ngram_draft.ts'
import { writeWithDraft } from './speculation/write.ts'

/** A prompt whose texts are being written. */
interface Writing {
  readonly prompt: Prompt
  readonly search: Search
  active: readonly Hypothesis[]
  /** The sequence of each active text. */
  sequences: readonly number[]
  /** All that the prompt has. */
  readonly own: readonly number[]
  /** Tokens that are there, by sequence; kept where they are punished. */
  readonly seen: Map<number, Set<number>>
}

/**
 * Writes texts after prompts, those of a block side by side; what each gets does not depend on the others.
 *
 * @param helpers `drafting`: the model that guesses, where the plan has one; `spare`, of a caller that writes again and again:
 *   see openDecoding
 * @returns by prompt, best first; yields, after each step, the texts of the block that go on
 * @throws VmmError BAD_ARGUMENT for more sequences than `cacheBytes` suffice for
 */
export async function* writeTexts(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  rules: Omit<Rules, 'maxTokens'>,
  plan: Plan,
  {
    drafting,
    spare,
  }: { readonly drafting?: LanguageNetwork | undefined; readonly spare?: SpareStates | undefined } = {},
): AsyncGenerator<readonly (readonly Hypothesis[])[], (readonly WrittenText[])[]> {
  const found: (readonly WrittenText[])[] = []
  for (let first = 0; first < prompts.length; ) {
    const { count, size, draftSize } = blockOf(network, prompts.slice(first), plan, drafting ?? null)
    const some = prompts.slice(first, first + count)
    if (plan.speculation === null) found.push(...(yield* writeBlock(network, some, size, rules, plan, spare)))
    else {
      using draft =
        drafting === undefined || draftSize === null
          ? ngramDraft(some, plan.speculation.maxNgram)
          : await modelDraft(drafting, some, draftSize, network.config.vocabulary, plan.run)
      found.push(...(yield* writeWithDraft(network, some, size, draft, rules, plan)))
    }
    first += count
  }
  return found
}

async function* writeBlock(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  size: DecodingSize,
  rules: Omit<Rules, 'maxTokens'>,
  plan: Plan,
  spare: SpareStates | undefined,
): AsyncGenerator<readonly (readonly Hypothesis[])[], (readonly WrittenText[])[]> {
  const { config } = network
  const texts = textsOf(plan)
  using decoding = openDecoding(network, size, spare)
  const writings = prompts.map((prompt, p): Writing => {
    const own = Array.from({ length: texts }, (_, i) => p * texts + i)
    const seen = new Map([[own[0]!, new Set(prompt.tokens)]])
    const all = { ...rules, maxTokens: tokensAfter(prompt, config, plan.maxTokens) }
    const writing: Writing = {
      ...{ prompt, own, seen, active: [emptyHypothesis(prompt.before)], sequences: [own[0]!] },
      search: searchFor(all, plan, (place, next) => penalisedLogits(writing, place, next, plan)),
    }
    return writing
  })
  if (network.family.encode !== null) {
    const promptOf = writings.flatMap(({ own }, p) => own.map(() => p))
    await decoding.encode(
      prompts.map(({ encoded }) => encoded ?? []),
      promptOf,
      plan.run,
    )
  }
  for (let isFirst = true; ; isFirst = false) {
    plan.run.signal?.throwIfAborted()
    const parts = writings.flatMap(({ active, sequences, prompt }) =>
      active.map(({ trail }, i) => ({
        sequence: sequences[i]!,
        tokens: isFirst ? prompt.tokens : [trail!.token],
      })),
    )
    if (parts.length === 0) break
    const question = questionOf(config.vocabulary, rules, plan, () =>
      writings.flatMap(({ sequences, seen }) => sequences.map((s) => [[...seen.get(s)!]])),
    )
    const next = await decoding.read(parts, question, plan.run)
    let at = 0
    const moves: { from: number; to: number }[] = []
    for (const writing of writings) {
      const own = next.slice(at, at + writing.active.length)
      at += own.length
      if (own.length > 0) moves.push(...follow(writing, writing.search.expand(writing.active, own), plan))
    }
    await decoding.copy(moves, plan.run)
    yield writings.map(({ active }) => active)
  }
  return writings.map(({ search }) => search.found)
}

function searchFor(rules: Rules, plan: Plan, penalised: Penalised): Search {
  const { beams, lengthPenalty, drawing } = plan
  if (rules.constraints) return constrainedBeamSearch(rules, rules.constraints, beams, lengthPenalty)
  if (beams > 1) return beamSearch(rules, beams, lengthPenalty)
  return sampleSearch(rules, textsOf(plan), drawing, penalised)
}

/** Goes on with the children. The first one of a text keeps its sequence, others copy it to those of texts that have ended. */
function follow(writing: Writing, children: readonly Child[], { repetitionPenalty }: Plan) {
  const { sequences, own, seen } = writing
  const kept = new Set(children.map(({ parent }) => sequences[parent]!))
  const free = own.filter((sequence) => !kept.has(sequence))
  const taken = new Set<number>()
  const moves: { readonly from: number; readonly to: number }[] = []
  const next = children.map(({ parent }) => {
    const from = sequences[parent]!
    if (!taken.has(from)) {
      taken.add(from)
      return from
    }
    const to = free.pop()!
    moves.push({ from, to })
    return to
  })
  if (repetitionPenalty !== 1) {
    for (const { from, to } of moves) seen.set(to, new Set(seen.get(from)))
    for (const [i, { trail }] of children.entries()) seen.get(next[i]!)!.add(trail!.token)
  }
  writing.active = children
  writing.sequences = next
  return moves
}

/** The logits of the tokens of a text after penalties, as the program computes them. */
function penalisedLogits(
  { seen, sequences }: Writing,
  place: number,
  { all }: NextLogits,
  { repetitionPenalty }: Plan,
): ReadonlyMap<number, number> {
  if (repetitionPenalty === 1) return new Map()
  const penalty = Math.fround(repetitionPenalty)
  return new Map(
    Array.from(seen.get(sequences[place]!)!, (token) => {
      const own = all![token]!
      const punished = Math.fround(own < 0 ? own * penalty : own / penalty)
      return [token, Math.fround(own + Math.fround(punished - own))]
    }),
  )
}
