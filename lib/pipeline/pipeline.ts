import { nextSentences } from '../concepts/bank/next_sentences.ts'
import type { SentenceBank } from '../concepts/bank/sentence_bank.ts'
import { type Resource, workingLifetime } from '../core/disposable.ts'
import type { Encoder } from '../core/encoder.ts'
import { badArgument, check, describe, VmmError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import { type OptionNames, refuseUnknown } from '../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../core/run_options.ts'
import type { Space } from '../core/space.ts'
import { trustedVectors, type Vectors } from '../core/vectors.ts'
import type { Inverter } from '../models/inverter/inverter.ts'
import type { Predictor } from '../models/predictor/predictor.ts'
import { checkSeed } from '../ops/random_numbers.ts'
import { type SentenceOptions, splitSentences } from '../text/sentences.ts'

/** How a text goes on. */
export interface ProcessOptions extends CallOptions {
  /** Sentences that follow at most; 1 when left out. */
  readonly steps?: number | undefined
  /** 0 … 2^53 - 1: the same seed gives the same sentences. */
  readonly seed?: number | undefined
  /** How the text is split into sentences. */
  readonly sentences?: SentenceOptions | undefined
}

const OPTIONS = {
  ...CALL_OPTIONS,
  steps: true,
  seed: true,
  sentences: true,
} as const satisfies OptionNames<ProcessOptions>

/** A sentence that follows. */
export interface NextText {
  readonly text: string
  /** Its own vector, which was read before the next one was predicted. */
  readonly vector: Float32Array
  /** Whether the inverter wrote it, or it was chosen from the bank. */
  readonly source: 'written' | 'retrieved'
  /** Of a written one, the cosine of its vector to what was predicted; of a retrieved one, what it was chosen by. */
  readonly fit: number
}

/** What became of a text. */
export interface Processed {
  /** Its sentences, as they were read. */
  readonly read: readonly string[]
  /** Their vectors, a row each. */
  readonly vectors: Vectors
  readonly next: readonly NextText[]
}

/** Text to vectors, to the next vectors, to text. */
export interface Pipeline extends Resource {
  readonly encoder: Encoder
  readonly predictor: Predictor
  /** Null where sentences are chosen from a bank. */
  readonly inverter: Inverter | null
  readonly space: Space
  readonly dims: number
  /**
   * Reads a text and tells what may follow. There are fewer sentences than `steps` where every next one would say again
   * what was said, or no text was found. Throws VmmError BAD_ARGUMENT for a text without sentences and for options that
   * are wrong; DISPOSED; the signal's reason.
   */
  process(text: string, options?: ProcessOptions): Promise<Processed>
  /** The sentences that follow, each as soon as it is there. Throws as `process` does. */
  stream(text: string, options?: ProcessOptions): AsyncGenerator<NextText, void, undefined>
}

export interface PipelineParts {
  readonly encoder: Encoder
  readonly predictor: Predictor
  readonly inverter: Inverter | null
  readonly bank: SentenceBank | null
  /** Called once, when the pipeline is disposed and idle. */
  readonly disposeParts: () => void
}

/** A pipeline of parts that are there. Throws VmmError SPACE_MISMATCH naming the part that does not fit the encoder. */
export function makePipeline({ encoder, predictor, inverter, bank, disposeParts }: PipelineParts): Pipeline {
  const { space, dims } = encoder
  requireFit('predictor', predictor, encoder)
  if (inverter) requireFit('inverter', inverter, encoder)
  if (bank) requireFit('bank', bank, encoder)
  if (!inverter && !bank) throw badArgument('inverter', 'null', 'an inverter, or a bank to choose from')
  const { during, alive, ends } = workingLifetime('the pipeline was disposed', disposeParts)

  const read = async (text: string, { sentences, signal, threads, device }: ProcessOptions) => {
    check(typeof text === 'string', 'text', text, 'a string')
    const texts = splitSentences(text, sentences).map((sentence) => sentence.text)
    if (texts.length === 0) throw badArgument('text', describe(text), 'a text with a sentence')
    const { vectors } = await encoder.encode(texts, { signal, threads, device })
    return { texts, vectors }
  }

  async function* follow(
    texts: readonly string[],
    vectors: Vectors,
    { steps = 1, seed = 0, signal, threads, device }: ProcessOptions,
  ): AsyncGenerator<NextText, void, undefined> {
    const run = { signal, threads, device }
    const said = [...texts]
    let blocks: readonly Float32Array[] = vectors.blocks
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted()
      const context = trustedVectors(blocks, dims, space)
      const next = await (bank ? retrieved(bank, context, said, run) : written(context, seed + step, run))
      if (next === null) return
      said.push(next.text)
      blocks = [...blocks, next.vector]
      yield next
    }
  }

  const vectorOf = async (text: string, run: CallOptions): Promise<Float32Array> =>
    (await encoder.encode([text], run)).vectors.row(0)

  const written = async (context: Vectors, seed: number, run: CallOptions): Promise<NextText | null> => {
    const { predictions } = await predictor.predict(context, { ...run, seed, inverter: inverter! })
    const [sentence] = predictions[0]!.written![0]!.sentences
    if (sentence === undefined) return null
    const { text, fit } = sentence
    return { text, vector: await vectorOf(text, run), source: 'written', fit }
  }

  const retrieved = async (
    from: SentenceBank,
    context: Vectors,
    said: readonly string[],
    run: CallOptions,
  ): Promise<NextText | null> => {
    const { predictions } = await predictor.predict(context, run)
    const last = trustedVectors([context.row(context.count - 1)], dims, space)
    const [hits] = await nextSentences(from, predictions[0]!.direction, last, { ...run, not: said })
    const best = hits![0]
    if (best === undefined) return null
    const { text, score } = best
    return { text, vector: await vectorOf(text, run), source: 'retrieved', fit: score }
  }

  return {
    encoder,
    predictor,
    inverter,
    space,
    dims,
    process: (text, options = {}) =>
      during(async () => {
        checkOptions(options)
        const { texts, vectors } = await read(text, options)
        const next: NextText[] = []
        for await (const sentence of follow(texts, vectors, options)) next.push(sentence)
        return { read: texts, vectors, next }
      }),
    async *stream(text, options = {}) {
      alive()
      checkOptions(options)
      const { texts, vectors } = await during(() => read(text, options))
      const sentences = follow(texts, vectors, options)
      for (;;) {
        const { value, done } = await during(() => sentences.next())
        if (done) return
        yield value
      }
    },
    ...ends,
  }
}

function checkOptions(options: ProcessOptions): void {
  refuseUnknown(options, OPTIONS)
  checkRunOptions(options)
  const { steps = 1, seed = 0 } = options
  check(Number.isSafeInteger(steps) && steps > 0, 'steps', steps, 'a whole number of 1 or more')
  checkSeed(seed)
}

function requireFit(
  name: string,
  part: { readonly space: Space; readonly dims: number },
  encoder: Model,
): void {
  if (part.space === encoder.space && part.dims === encoder.dims) return
  const is = ({ space, dims }: { readonly space: Space; readonly dims: number }) => `'${space}', ${dims} dims`
  throw new VmmError(
    'SPACE_MISMATCH',
    `openPipeline.${name}: got one of space ${is(part)}; expected ${is(encoder)}, the encoder's`,
  )
}
