import { type Resource, workingLifetime } from '../../core/disposable.ts'
import { badArgument, check, describe, VmmError } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import type { PublishedTokenizer } from '../../text/tokenizers/published/tokenizer.ts'
import { spareStates } from './decoding/spare_states.ts'
import { type GenerateOptions, type Plan, planOf } from './generation/options.ts'
import type { Prompt } from './generation/prompt.ts'
import type { Hypothesis, Rules, WrittenText } from './generation/search.ts'
import { type Drafter, drafterOf, enlist } from './generation/speculation/drafters.ts'
import { safeLength } from './generation/spelling.ts'
import { writeTexts } from './generation/write.ts'
import type { LanguageNetwork } from './network.ts'
import type { SpecialTokens } from './published/special_tokens.ts'
import { scoreTokens } from './scoring.ts'

/** What was written after a prompt. */
export interface GeneratedText extends WrittenText {
  /** The other texts of the prompt: of several `samples` those that were drawn after it, of `beams` the next best. */
  readonly alternatives: readonly WrittenText[]
}

/** How texts are scored. */
export interface TextScoreOptions extends CallOptions {
  /** A text that is read before each one and does not count; what the encoder reads, of a model that has one. */
  readonly prompt?: string | undefined
}

/** How likely a model finds a text. */
export interface TextScore {
  /** Negative log-likelihood of all its tokens together, in nats. */
  readonly nats: number
  /** The tokens that count: all, but the first of a text with nothing before it where the model has no token for its begin. */
  readonly tokens: number
  /** Bytes of the text as UTF-8. */
  readonly bytes: number
  /** nats / ln 2 / tokens, and the same per byte; 0 where there is none. */
  readonly bitsPerToken: number
  readonly bitsPerByte: number
}

/** A published language model: it writes texts, and tells how likely texts are. */
export interface TextGenerator extends Resource {
  readonly name: string
  /** Another one wherever the same call may give another result. */
  readonly fingerprint: string
  /** Tokens of a prompt and what is written after it together; null where nothing limits them. */
  readonly contextTokens: number | null
  /**
   * Writes a text after a prompt, or after each of several ones, side by side; what each gets is the same alone and among
   * others. A model with an encoder reads the prompt with it.
   *
   * @throws VmmError BAD_ARGUMENT for a prompt that leaves no room in the context, for an empty one where the model has no token
   *   that could stand for it, for options that are wrong, and for more beams than `cacheBytes` suffice for, with both numbers
   */
  generate(prompt: string, options?: GenerateOptions): Promise<GeneratedText>
  generate(prompts: readonly string[], options?: GenerateOptions): Promise<GeneratedText[]>
  /**
   * The same for one text, piece by piece: whole characters, and nothing that could still become a stop. The pieces together
   * are the text; what generate gives is returned at the end.
   */
  stream(prompt: string, options?: GenerateOptions): AsyncGenerator<string, GeneratedText, undefined>
  /**
   * How likely a text is, or each of several ones, token by token after all before it. Of a text longer than the context each
   * token is told after half as many tokens as the context has at least.
   */
  score(text: string, options?: TextScoreOptions): Promise<TextScore>
  score(texts: readonly string[], options?: TextScoreOptions): Promise<TextScore[]>
  /** Tokens of a text, those that the model's tokenizer puts around it included. */
  countTokens(text: string): number
}

export interface TextGeneratorParts {
  readonly name: string
  readonly fingerprint: string
  readonly network: LanguageNetwork
  readonly tokenizer: PublishedTokenizer
  readonly special: SpecialTokens
}

const SCORE_OPTIONS = { ...CALL_OPTIONS, prompt: true } as const satisfies OptionNames<TextScoreOptions>
/** Bytes of states that are kept for the next call: memory that is new is slow at first. */
const MOST_SPARE_BYTES = 2 ** 26
/** Tokens of a prompt that tell how the text after it is spaced. */
const SPACING_TOKENS = 8

/** A text generator over parts that are there already. */
export function makeTextGenerator({
  name,
  fingerprint,
  network,
  tokenizer,
  special,
}: TextGeneratorParts): TextGenerator {
  const spare = spareStates(MOST_SPARE_BYTES)
  const { during, ends, alive } = workingLifetime(`${name}: the model was disposed`, () => {
    spare[Symbol.dispose]()
    network.dispose()
  })
  const { contextTokens } = network.config
  const hasEncoder = network.family.encode !== null
  const { begin } = special
  const decode = (ids: readonly number[]) => tokenizer.decode(ids)

  const startOf = (): number => {
    const { decoderStart } = special
    if (decoderStart === null)
      throw new VmmError(
        'UNSUPPORTED',
        `${name}: no decoder_start_token_id tells what its decoder begins with`,
      )
    return decoderStart
  }
  const promptOf = (text: string, argument: string): Prompt => {
    const ids = [...tokenizer.encode(text)]
    if (hasEncoder) {
      if (ids.length === 0) throw badArgument(argument, 'an empty text', 'a text')
      return { tokens: [startOf()], encoded: ids, before: [] }
    }
    if (ids.length === 0) {
      if (begin === null)
        throw badArgument(argument, 'an empty text', 'a text: this model has no token that begins one')
      return { tokens: [begin], encoded: null, before: [] }
    }
    if (contextTokens !== null && ids.length >= contextTokens)
      throw badArgument(
        argument,
        `${ids.length} tokens`,
        `at most ${contextTokens - 1}, so that one fits into the context after them`,
      )
    return { tokens: ids, encoded: null, before: ids.slice(-SPACING_TOKENS) }
  }
  const rulesOf = ({ stop }: Plan): Omit<Rules, 'maxTokens'> => ({
    ends: new Set(special.ends),
    stops: stop,
    decode,
  })
  const drafterFor = ({ speculation }: Plan) =>
    speculation === null || speculation.draft === 'ngram'
      ? null
      : drafterOf(speculation.draft, { name, network, tokenizer })
  const write = (prompts: readonly Prompt[], plan: Plan, drafter: Drafter | null) =>
    writeTexts(network, prompts, rulesOf(plan), plan, { drafting: drafter?.network, spare })
  /** Neither this model nor the one that guesses is freed during a call. */
  const duringBoth = <T>(drafter: Drafter | null, call: () => Promise<T>): Promise<T> =>
    during(drafter === null ? call : () => drafter.during(call))

  function generate(prompt: string, options?: GenerateOptions): Promise<GeneratedText>
  function generate(prompts: readonly string[], options?: GenerateOptions): Promise<GeneratedText[]>
  function generate(
    given: string | readonly string[],
    options: GenerateOptions = {},
  ): Promise<GeneratedText | GeneratedText[]> {
    return during(async () => {
      const plan = planOf(options)
      const texts = listOf(given, 'prompt')
      const prompts = texts.map((text, i) =>
        promptOf(text, Array.isArray(given) ? `prompts[${i}]` : 'prompt'),
      )
      const drafter = drafterFor(plan)
      const steps = write(prompts, plan, drafter)
      return duringBoth(drafter, async () => {
        for (;;) {
          const { done, value } = await steps.next()
          if (!done) continue
          const found = value.map(withAlternatives)
          return typeof given === 'string' ? found[0]! : found
        }
      })
    })
  }

  async function* stream(
    given: string,
    options: GenerateOptions = {},
  ): AsyncGenerator<string, GeneratedText, undefined> {
    alive()
    const plan = planOf(options)
    check(plan.beams === 1, 'beams', plan.beams, '1, where a text is streamed: beams change what was written')
    check(plan.samples === 1, 'samples', plan.samples, '1, where a text is streamed')
    check(typeof given === 'string', 'prompt', given, 'a text')
    const drafter = drafterFor(plan)
    const steps = write([promptOf(given, 'prompt')], plan, drafter)
    let shown = 0
    let held = ''
    try {
      for (;;) {
        const { done, value } = await duringBoth(drafter, () => steps.next())
        if (done) {
          const text = withAlternatives(value[0]!)
          const rest = text.text.slice(shown)
          if (rest !== '') yield rest
          return text
        }
        held += pieceOf(value)
        const safe = held.slice(0, safeLength(held, plan.stop))
        if (safe === '') continue
        held = held.slice(safe.length)
        shown += safe.length
        yield safe
      }
    } finally {
      // Whoever reads no further has not asked for the rest.
      await steps.return([])
    }
  }

  function score(text: string, options?: TextScoreOptions): Promise<TextScore>
  function score(texts: readonly string[], options?: TextScoreOptions): Promise<TextScore[]>
  function score(
    given: string | readonly string[],
    options: TextScoreOptions = {},
  ): Promise<TextScore | TextScore[]> {
    return during(async () => {
      refuseUnknown(options, SCORE_OPTIONS)
      const { prompt = '', ...run } = options
      checkRunOptions(run)
      check(typeof prompt === 'string', 'prompt', prompt, 'a text')
      const texts = listOf(given, 'text')
      const head = [...tokenizer.encode(prompt)]
      if (begin !== null && head[0] !== begin) head.unshift(begin)
      const scored = texts.map((text) => {
        const tokens = tokenizer.encode(text)
        if (hasEncoder) return { before: [startOf()], tokens, encoded: tokenizer.encode(prompt) }
        // A tokenizer that begins every text itself.
        const own = begin !== null && tokens[0] === begin ? tokens.subarray(1) : tokens
        return { before: head, tokens: own, encoded: null }
      })
      const found = (await scoreTokens(network, scored, run)).map((own, i) => scoreOf(texts[i]!, own))
      return typeof given === 'string' ? found[0]! : found
    })
  }

  const generator: TextGenerator = {
    name,
    fingerprint,
    contextTokens,
    generate,
    stream,
    score,
    countTokens: (text) => tokenizer.encode(text).length,
    ...ends,
  }
  enlist(generator, { name, network, tokenizer, during })
  return generator
}

function listOf(given: string | readonly string[], argument: string): readonly string[] {
  if (typeof given === 'string') return [given]
  check(Array.isArray(given), argument, given, 'a text or an array of texts')
  for (const [i, text] of given.entries())
    if (typeof text !== 'string') throw badArgument(`${argument}s[${i}]`, describe(text), 'a text')
  return given
}

function withAlternatives(texts: readonly WrittenText[]): GeneratedText {
  const [first, ...alternatives] = texts
  return { ...first!, alternatives }
}

/** What the last step has added to the only text; nothing where it has ended. */
function pieceOf(active: readonly (readonly Hypothesis[])[]): string {
  return active[0]?.[0]?.spelling.piece ?? ''
}

function scoreOf(text: string, surprises: readonly number[]): TextScore {
  const nats = surprises.reduce((sum, own) => sum + own, 0)
  const bytes = Buffer.byteLength(text)
  const bits = nats / Math.LN2
  const per = (count: number) => (count === 0 ? 0 : bits / count)
  return {
    nats,
    tokens: surprises.length,
    bytes,
    bitsPerToken: per(surprises.length),
    bitsPerByte: per(bytes),
  }
}
