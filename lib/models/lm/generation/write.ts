import { badArgument } from '../../../core/errors.ts'
import { type NextLogits, openDecoding, type Question } from '../decoding/decoding.ts'
import { type DecodingSize, placesFor, roomFor, stateBytes } from '../decoding/states.ts'
import type { LanguageNetwork } from '../network.ts'
import { beamCandidates, beamSearch } from './beam.ts'
import { TOLD } from './draw.ts'
import type { Plan } from './options.ts'
import { sampleSearch } from './sample.ts'
import {
  type Child,
  emptyHypothesis,
  type Hypothesis,
  type Rules,
  type Search,
  type WrittenText,
} from './search.ts'

/** What a text is written after. */
export interface Prompt {
  /** Tokens that the text follows. */
  readonly tokens: readonly number[]
  /** What the encoder reads; null for a model that has none. */
  readonly encoded: ArrayLike<number> | null
  /** Tokens that tell how the first one of the text is spaced. */
  readonly before: readonly number[]
}

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

const MOST_SEQUENCES = 64
/** Tokens that are punished: few sizes, so that few programs are compiled. */
const PENALISED = [64, 512, 4096, 32_768]

/**
 * Writes texts after prompts, those of a block side by side; what each gets does not depend on the others.
 *
 * @returns by prompt, best first; yields, after each step, the texts of the block that go on
 * @throws VmmError BAD_ARGUMENT for more sequences than `cacheBytes` suffice for
 */
export async function* writeTexts(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  rules: Omit<Rules, 'maxTokens'>,
  plan: Plan,
): AsyncGenerator<readonly (readonly Hypothesis[])[], (readonly WrittenText[])[]> {
  const found: (readonly WrittenText[])[] = []
  for (let first = 0; first < prompts.length; ) {
    const block = blockOf(network, prompts.slice(first), plan)
    found.push(
      ...(yield* writeBlock(network, prompts.slice(first, first + block.prompts), block.size, rules, plan)),
    )
    first += block.prompts
  }
  return found
}

function textsOf({ beams, samples }: Plan): number {
  return beams > 1 ? beams : samples
}

/** How many of some prompts are written at a time, and what that takes. */
function blockOf(
  { family, config }: LanguageNetwork,
  prompts: readonly Prompt[],
  plan: Plan,
): { readonly prompts: number; readonly size: DecodingSize } {
  const texts = textsOf(plan)
  const states = family.states(config)
  const sizeOf = (count: number): DecodingSize => {
    const some = prompts.slice(0, count)
    const tokens = Math.max(...some.map((prompt) => prompt.tokens.length + tokensAfter(prompt, config, plan)))
    const memory = some.reduce((sum, { encoded }) => sum + (encoded?.length ?? 0), 0)
    return {
      sequences: placesFor(count * texts),
      capacity: roomFor(tokens, config.contextTokens),
      memory: roomFor(Math.max(1, memory), null),
    }
  }
  const needed = stateBytes(states, sizeOf(1))
  if (needed > plan.cacheBytes) {
    const { beams, samples, maxTokens } = plan
    const [name, value] =
      beams > 1 ? ['beams', beams] : samples > 1 ? ['samples', samples] : ['maxTokens', maxTokens]
    throw badArgument(
      name as string,
      `${value}, which takes ${needed} bytes of caches`,
      `what fits into ${plan.cacheBytes}, the cacheBytes`,
    )
  }
  let count = 1
  while (count < prompts.length && (count + 1) * texts <= MOST_SEQUENCES) {
    if (stateBytes(states, sizeOf(count + 1)) > plan.cacheBytes) break
    count++
  }
  return { prompts: count, size: sizeOf(count) }
}

/** Tokens that may follow a prompt. */
function tokensAfter(
  { tokens }: Prompt,
  { contextTokens }: LanguageNetwork['config'],
  { maxTokens }: Plan,
): number {
  return contextTokens === null ? maxTokens : Math.min(maxTokens, contextTokens - tokens.length)
}

async function* writeBlock(
  network: LanguageNetwork,
  prompts: readonly Prompt[],
  size: DecodingSize,
  rules: Omit<Rules, 'maxTokens'>,
  plan: Plan,
): AsyncGenerator<readonly (readonly Hypothesis[])[], (readonly WrittenText[])[]> {
  const { config } = network
  const texts = textsOf(plan)
  using decoding = openDecoding(network, size)
  const writings = prompts.map((prompt, p): Writing => {
    const own = Array.from({ length: texts }, (_, i) => p * texts + i)
    const seen = new Map([[own[0]!, new Set(prompt.tokens)]])
    const all = { ...rules, maxTokens: tokensAfter(prompt, config, plan) }
    const writing: Writing = {
      ...{ prompt, own, seen, active: [emptyHypothesis(prompt.before)], sequences: [own[0]!] },
      search:
        plan.beams > 1
          ? beamSearch(all, plan.beams, plan.lengthPenalty)
          : sampleSearch(all, texts, plan.drawing, (place, next) =>
              penalisedLogits(writing, place, next, plan),
            ),
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
    const question = questionOf(network, writings, rules, plan)
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

function questionOf(
  { config: { vocabulary } }: LanguageNetwork,
  writings: readonly Writing[],
  { ends }: Pick<Rules, 'ends'>,
  { beams, drawing, repetitionPenalty }: Plan,
): Question {
  const wanted = beams > 1 ? beamCandidates(beams, ends.size) : drawing ? (drawing.topK ?? TOLD) : 1
  const k = Math.min(vocabulary, wanted)
  const tellsAll = drawing !== null && drawing.topK === null && k < vocabulary
  const base = { sharpness: 1 / (drawing?.temperature ?? 1), penalty: repetitionPenalty }
  if (repetitionPenalty === 1) return { ...base, telling: { k, tellsAll, penalised: 0 }, seen: null }
  const lists = writings.flatMap(({ sequences, seen }) => sequences.map((s) => [...seen.get(s)!]))
  const most = Math.max(...lists.map(({ length }) => length))
  const penalised = Math.min(vocabulary, PENALISED.find((n) => n >= most) ?? vocabulary)
  return { ...base, telling: { k, tellsAll, penalised }, seen: (part) => lists[part]! }
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
