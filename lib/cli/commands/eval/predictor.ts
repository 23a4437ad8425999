import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { evenlySpread } from '../../../core/evenly.ts'
import { requireSameSpace } from '../../../core/space.ts'
import type { SystemText } from '../../../evaluate/annotation/draw.ts'
import { fitRidge, ridgePredictor } from '../../../evaluate/baselines/ridge.ts'
import { readRidge, writeRidge } from '../../../evaluate/baselines/ridge_file.ts'
import { contextMean, copyLast } from '../../../evaluate/baselines/simple.ts'
import { comparePredictors } from '../../../evaluate/metrics/compare.ts'
import { type NextSentenceBitsOptions, nextSentenceBits } from '../../../evaluate/suites/next_sentence/run.ts'
import { type WrittenReport, writtenSentences } from '../../../evaluate/suites/next_sentence/written.ts'
import { evaluatePredictor } from '../../../evaluate/suites/predictor/evaluate.ts'
import { following } from '../../../evaluate/suites/predictor/predictor.ts'
import { readTrained, TRAINED_FILE } from '../../../evaluate/suites/predictor/trained.ts'
import type { Inverter } from '../../../models/inverter/inverter.ts'
import { defineCommand, type Options, UsageError, type Values, wholeNumber } from '../../command.ts'
import { type CliContext, write } from '../../context.ts'
import { ANNOTATION_OPTIONS, annotationFile, writeItems } from '../../options/annotation.ts'
import {
  DOCUMENT_OPTIONS,
  documentsFile,
  documentsOf,
  type EvaluatedDocuments,
  openSource,
  partNamed,
  tellTrained,
} from '../../options/documents.ts'
import { interruption, lastWords, untilInterrupted } from '../../options/interruption.ts'
import { aboutLanguageModel, findLanguageModel } from '../../options/language.ts'
import { type LoadedModel, MODEL_OPTIONS, withModel } from '../../options/model.ts'
import { needPackaged } from '../../options/packages.ts'
import { PREDICTOR_OPTION } from '../../options/predictor.ts'
import { comparisonTable, routingText } from '../../output/comparison.ts'
import { nextSentenceTable, writtenTable } from '../../output/next_sentences.ts'
import { Progress } from '../../output/progress.ts'

const OPTIONS = {
  ...DOCUMENT_OPTIONS,
  ...PREDICTOR_OPTION,
  dense: { type: 'string', value: 'NAME', help: 'a dense Mamba to compare with, as --predictor' },
  inverter: {
    type: 'string',
    value: 'NAME',
    help: 'an inverter, to tell what a token of the next sentence costs it; a folder or a package',
  },
  lm: {
    type: 'string',
    value: 'NAME',
    help: 'with --inverter: a language model that reads the sentences before as text; a folder or a package',
  },
  judge: {
    type: 'string',
    value: 'NAME',
    help: 'with --inverter: another language model, which tells how natural written sentences are',
  },
  ridge: {
    type: 'string',
    value: 'FILE',
    help: "ridge regression of 'vmm eval ridge' (default: that of the bundle)",
  },
  output: { type: 'string', short: 'o', value: 'FILE', help: 'where to write the ridge regression' },
  context: { type: 'string', value: 'N', help: 'sentences given at least (default: 8)' },
  candidates: { type: 'string', value: 'N', help: 'candidates with the true sentence (default: 64)' },
  skip: { type: 'string', value: 'N', help: 'last sentences given that are no candidates (default: 0)' },
  seed: { type: 'string', value: 'N', help: 'decides candidates and intervals (default: 0)' },
  ...ANNOTATION_OPTIONS,
  annotate: {
    ...ANNOTATION_OPTIONS.annotate,
    help: 'with --inverter: also write next sentences for people to rate, and their key beside it',
  },
  json: { type: 'boolean', help: 'as one JSON object {"model", "baselines", "routing", …}' },
  ...MODEL_OPTIONS,
} as const satisfies Options

/** Written sentences that the report shows. */
const SHOWN = 20

/** Name of the ridge regression in a bundle. */
export const RIDGE_FILE = 'ridge.safetensors'

export const evaluate = defineCommand({
  usage: 'eval predictor|ridge --documents FILE [options]',
  about:
    'predictor: how often the true next sentence is nearer to the prediction than 63 others of its document, beside\n' +
    'baselines; with --inverter also what a token of the next sentence costs its decoder, beside a language model that\n' +
    'reads text (--lm), and what the two write in place of the next sentence, as a --judge reads it. Documents that the\n' +
    'bundle says it was trained on are left out, unless --part is given. Where Ctrl-C ends it, the report is of what is\n' +
    'done so far.\n' +
    'ridge: fits the baseline of that name to the training part of a file, and evaluates it on the test part; with\n' +
    '--predictor to those documents of the part that this predictor was trained on, and on all that it has not seen.\n' +
    "How well vectors are turned back into text is told by 'vmm eval inversion'.",
  options: OPTIONS,
  async run(values, positionals, context) {
    const [what] = positionals
    const file = documentsFile(values.documents)
    partNamed(values.part)
    if (positionals.length !== 1 || (what !== 'predictor' && what !== 'ridge'))
      throw new UsageError("expected 'eval predictor', 'eval ridge' or 'eval inversion'")
    for (const name of OTHERS[what])
      if (values[name] !== undefined)
        throw new UsageError(`--${name} is that of 'eval ${what === 'ridge' ? 'predictor' : 'ridge'}'`)
    for (const name of ['lm', 'judge'] as const)
      if (values[name] !== undefined && values.inverter === undefined)
        throw new UsageError(`--${name} needs --inverter, beside which it is told`)
    if (values.annotate !== undefined && values.inverter === undefined)
      throw new UsageError('--annotate needs --inverter, which writes the texts')
    const run = what === 'predictor' ? evalPredictor : evalRidge
    const [counts, limit] = [countsOf(values), wholeNumber(values.limit, '--limit', [1, 1e9])]
    await withModel(values, context, (loaded) => run({ file, values, counts, limit, loaded, context }))
    const interrupted = interruption(context)
    if (interrupted === null) return undefined
    context.stderr.write('vmm: cancelled: the report is of the documents done so far\n')
    return interrupted.exitCode
  },
})

/** Options that the other of the two has. */
const OTHERS = {
  predictor: ['output'],
  ridge: ['dense', 'ridge', 'inverter', 'lm', 'judge', 'annotate', 'annotate-limit'],
} as const

interface Job {
  readonly file: string
  readonly values: Values<typeof OPTIONS>
  readonly counts: ReturnType<typeof countsOf>
  readonly limit: number | undefined
  readonly loaded: LoadedModel
  readonly context: CliContext
}

function countsOf({ context, candidates, skip, seed }: Values<typeof OPTIONS>) {
  return {
    context: wholeNumber(context, '--context', [1, 1e6]) ?? 8,
    candidates: wholeNumber(candidates, '--candidates', [2, 1e6]) ?? 64,
    skip: wholeNumber(skip, '--skip', [0, 1e6]) ?? 0,
    seed: wholeNumber(seed, '--seed', [0, 1e15 - 1]) ?? 0,
  }
}

async function evalPredictor({ file, values, counts, limit, loaded, context }: Job): Promise<void> {
  const { engine, model, options } = loaded
  const { signal, threads } = options
  const annotation = await annotationFile(values)
  const folder = await needPackaged('predictor', values.predictor, context)
  const inverterFolder =
    values.inverter === undefined ? null : await needPackaged('inverter', values.inverter, context)
  const languageFolder = await findLanguageModel(values.lm, context)
  const judgeFolder = await findLanguageModel(values.judge, context)
  const denseFolder =
    values.dense === undefined ? null : await needPackaged('predictor', values.dense, context)
  const ridgePath = values.ridge ?? (await existing(join(folder, RIDGE_FILE)))
  const ridge = ridgePath === null ? undefined : await readRidge(ridgePath)
  const part = partNamed(values.part)
  const trained = part === null ? await readTrained(join(folder, TRAINED_FILE)) : undefined
  const opened: Disposable[] = []
  const disposed = <T extends Disposable>(one: T): T => {
    opened.push(one)
    return one
  }
  const open = async (path: string) => disposed(await engine.loadPredictor(path, { signal }))
  try {
    const predictor = await open(folder)
    const dense = denseFolder === null ? undefined : await open(denseFolder)
    const inverter =
      inverterFolder === null
        ? null
        : disposed(await engine.loadInverter(inverterFolder, { encoder: model, signal }))
    const language =
      languageFolder === null
        ? undefined
        : disposed(await engine.loadLanguageModel(languageFolder, { signal }))
    const judge =
      judgeFolder === null ? undefined : disposed(await engine.loadLanguageModel(judgeFolder, { signal }))
    // What does not fit is told before documents are encoded, which may take hours.
    for (const one of [predictor, dense, ridge]) if (one) requireSameSpace(one, model)
    await using source = await openSource(file, loaded, context)
    const documents = documentsOf(source, part ?? 'all', { trained, limit })
    const all = () => untilInterrupted(documents.all(), context)
    const evaluation = await withProgress('Evaluating documents', documents, context, (onProgress) =>
      evaluatePredictor(
        predictor,
        { space: source.space, all },
        { ridge, dense },
        { ...counts, threads, onProgress },
      ),
    )
    const { context: sentences, seed } = counts
    const decoded = { prefix: sentences, decodable: true }
    const models = {
      model: following(predictor, decoded),
      copyLast,
      ...(ridge && { ridge: ridgePredictor(ridge) }),
      ...(dense && { denseMamba: following(dense, decoded) }),
    }
    const ofSentences = async <T>(
      what: string,
      run: (inverter: Inverter, options: NextSentenceBitsOptions) => Promise<T>,
    ): Promise<T | null> => {
      if (inverter === null || signal.aborted) return null
      try {
        return await withProgress(what, documents, context, (onProgress) =>
          run(inverter, { context: sentences, seed, threads, onProgress }),
        )
      } catch (error) {
        if (interruption(context) === null) throw error
        return null
      }
    }
    const next = await ofSentences('Telling next sentences', (inverter, options) =>
      nextSentenceBits(all(), { inverter, predictors: models, language }, options),
    )
    const written = await ofSentences('Writing next sentences', (inverter, options) =>
      writtenSentences(
        all(),
        { predictor, inverter, judge },
        { ...options, samples: annotation ? Number.MAX_SAFE_INTEGER : SHOWN },
      ),
    )
    tellTrained(documents, context)
    const missing = [ridge ? [] : ['ridge'], dense ? [] : ['denseMamba']].flat()
    if (missing.length > 0)
      context.stderr.write(`vmm: not compared with ${missing.join(' and ')}: none given\n`)
    const { name, fingerprint, config, parameters } = predictor
    const about = { name, fingerprint, variant: config.variant, parameters }
    const whole = {
      complete: !signal.aborted,
      predictor: about,
      ...(language && { language: aboutLanguageModel(language) }),
      ...(judge && { judge: aboutLanguageModel(judge) }),
      source: sourceOf(documents, file),
      ...evaluation,
      ...(next && { nextSentence: next }),
      ...(written && { written: { ...written, samples: evenlySpread(written.samples, SHOWN) } }),
    }
    const table = () =>
      comparisonTable(name, evaluation, context) +
      (evaluation.routing ? routingText(evaluation.routing) : '') +
      (next ? `\n${nextSentenceTable(next, context)}` : '') +
      (written ? `\n${writtenTable(written, context)}` : '')
    const last = lastWords(context)
    if (annotation !== null && written !== null)
      await writeItems(annotation, textsToRate(written, name), { task: 'next', seed }, context)
    await write(context.stdout, values.json ? `${JSON.stringify(whole)}\n` : table(), last.signal)
  } finally {
    for (const one of opened) one[Symbol.dispose]()
  }
}

/** What was written after a sentence and what really follows it: nobody can tell which is which by what stands there. */
function textsToRate({ samples }: WrittenReport, predictor: string): SystemText[] {
  return samples.flatMap(({ before, reference, text }) => [
    { reference: before, text, system: predictor },
    { reference: before, text: reference, system: 'human' },
  ])
}

async function evalRidge({ file, values, counts, limit, loaded, context }: Job): Promise<void> {
  const { options } = loaded
  const only =
    values.predictor === undefined
      ? undefined
      : await readTrained(join(await needPackaged('predictor', values.predictor, context), TRAINED_FILE))
  await using source = await openSource(file, loaded, context)
  const [training, validation] = (['train', 'validation'] as const).map((part) =>
    documentsOf(source, part, { only, limit }),
  ) as [EvaluatedDocuments, EvaluatedDocuments]
  const part = partNamed(values.part) ?? (only ? 'all' : 'test')
  const test = documentsOf(source, part, { trained: only, limit })
  const ridge = await (async () => {
    using progress = new Progress('Summing pairs of sentences', context)
    const onProgress = (pairs: number) => progress.update(pairs)
    return fitRidge(source, training.all(), validation.all, { ...options, seed: counts.seed, onProgress })
  })()
  if (values.output !== undefined) await writeRidge(values.output, ridge)
  const compared = await withProgress('Evaluating documents', test, context, (onProgress) =>
    comparePredictors(
      test.all(),
      source.dims,
      ridgePredictor(ridge),
      { copyLast, contextMean },
      { ...counts, ...options, onProgress },
    ),
  )
  tellTrained(test, context)
  const { history, lambda } = ridge
  const whole = { ridge: { history, lambda }, source: sourceOf(test, file), ...compared }
  const table = `${comparisonTable('ridge', compared, context)}lambda ${lambda}\n`
  await write(context.stdout, values.json ? `${JSON.stringify(whole)}\n` : table, options.signal)
}

function sourceOf({ source, part, trained }: EvaluatedDocuments, file: string) {
  const { count: documents, sentences, dropped, truncated } = source
  return { file, part, documents, sentences, trained: trained(), dropped, truncated }
}

async function withProgress<T>(
  what: string,
  { count }: EvaluatedDocuments,
  context: CliContext,
  run: (onProgress: (documents: number) => void) => Promise<T>,
): Promise<T> {
  using progress = new Progress(what, context)
  return run((documents) => progress.update(documents, count))
}

async function existing(path: string): Promise<string | null> {
  return access(path).then(
    () => path,
    () => null,
  )
}
