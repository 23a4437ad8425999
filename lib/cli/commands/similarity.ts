import { BUNDLE_KINDS } from '../../bundle/kinds.ts'
import { type SimilarityItem, similarityEvaluator } from '../../evaluate/suites/similarity/evaluate.ts'
import type { PairColumns } from '../../evaluate/suites/similarity/pairs.ts'
import {
  normalisedCosine,
  type SimilaritySummary,
  similaritySummary,
} from '../../evaluate/suites/similarity/summary.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { type LoadedSimilarity, openSimilarity } from '../../models/similarity/load.ts'
import { defineCommand, type Options, UsageError, type Values } from '../command.ts'
import { type CliContext, styles, write } from '../context.ts'
import { MODEL_OPTIONS, tellCut, threadsOf } from '../options/model.ts'
import { PUBLISHED_OPTIONS, publishedOptionsOf } from '../options/published.ts'
import { aligned } from '../output/aligned.ts'
import { printable } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  pairs: { type: 'string', value: 'FILE', help: 'compare the pairs of a file of .csv or .jsonl' },
  columns: {
    type: 'string',
    value: 'A,B,ID',
    help: 'its columns or keys (default: ground_truth,prediction,id; the last one may be missing)',
  },
  strict: { type: 'boolean', help: 'end at the first pair that cannot be read' },
  json: {
    type: 'boolean',
    help: 'JSON lines {"id", "cosine", "normalisedCosine", "truncated"}, of a file {"summary"} at the end',
  },
  ...MODEL_OPTIONS,
  ...PUBLISHED_OPTIONS,
  prompt: {
    type: 'string',
    value: 'NAME',
    help: "the model's prompt before both texts, s2p before the first, or none (default: s2s where there is one)",
  },
  'max-tokens': {
    ...PUBLISHED_OPTIONS['max-tokens'],
    help: 'tokens of a text that a published model reads (default: 512, or fewer where its files say so)',
  },
} as const satisfies Options

/** Texts that are encoded at a time: the encoder packs them by their lengths. */
const BATCH = 256

export const similarity = defineCommand({
  usage: 'similarity [options] <text> <text>\n       vmm similarity --pairs FILE [options]',
  about:
    'Prints the cosine of the angle between the vectors of two texts, or of the pairs of a file with what they come to.\n' +
    '"normalised" is (1 + cosine) / 2. A pair that cannot be read is told with its line, and the others are compared.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const columns = columnsOf(values)
    const { pairs: file } = values
    if (file !== undefined && positionals.length > 0)
      throw new UsageError('two texts and --pairs exclude each other')
    if (file === undefined && positionals.length !== 2)
      throw new UsageError(`two texts; got ${positionals.length} (quote a text of several words)`)
    if (file === undefined && (values.columns !== undefined || values.strict))
      throw new UsageError('--columns and --strict are those of a file: they need --pairs')
    const options = { signal: context.signal, threads: threadsOf(values) }
    await using opened = await open(values, context)
    if (file !== undefined)
      return await printPairs(opened, file, { ...values, names: columns }, context, options)
    await printPair(opened, positionals, values, context, options)
    return undefined
  },
})

type Run = { readonly signal: AbortSignal; readonly threads: number | undefined }

function columnsOf({ columns }: Values<typeof OPTIONS>): PairColumns | undefined {
  if (columns === undefined) return undefined
  const names = columns.split(',')
  const [groundTruth, prediction, id] = names
  if (names.length < 2 || names.length > 3 || names.includes(''))
    throw new UsageError(
      `--columns: got ${JSON.stringify(columns)}; expected two or three names between commas`,
    )
  return { groundTruth, prediction, id }
}

async function open(values: Values<typeof OPTIONS>, context: CliContext): Promise<LoadedSimilarity> {
  const { signal, env } = context
  const { dims, truncate, maxTokens, storage, compute } = publishedOptionsOf(values)
  const settings = {
    model: values.model ?? BUNDLE_KINDS.encoder.default,
    batchSize: BATCH,
    dims: truncate ? undefined : dims,
    promptType: values.prompt === 'none' ? null : values.prompt,
    maxTokens,
    normalise: undefined,
  }
  const engine = await context.engine()
  const cacheDir = cacheDirectory(env)
  return openSimilarity(settings, { signal, cacheDir }, (name, options) =>
    engine.loadEncoder(name, {
      ...options,
      storage,
      compute,
      ...(truncate && { dims, truncate }),
      signal,
      cacheDir,
    }),
  )
}

async function printPair(
  { computeSimilarities, encoder }: LoadedSimilarity,
  [first, second]: readonly string[],
  { json }: Values<typeof OPTIONS>,
  context: CliContext,
  options: Run,
): Promise<void> {
  const { cosines, truncated } = await computeSimilarities([[first!, second!]], options)
  const cosine = cosines[0]!
  const line = { cosine, normalisedCosine: normalisedCosine(cosine), truncated: truncated.length > 0 }
  await write(context.stdout, json ? `${JSON.stringify(line)}\n` : `${cosine.toFixed(5)}\n`, options.signal)
  tellCut(truncated.length, 'pair', encoder, context)
}

async function printPairs(
  similarity: LoadedSimilarity,
  file: string,
  { json, strict, names }: Values<typeof OPTIONS> & { readonly names: PairColumns | undefined },
  context: CliContext,
  options: Run,
): Promise<number | undefined> {
  const { stdout, stderr, env } = context
  const { bold, dim } = styles(stdout, env)
  const items: { cosine: number; truncated: boolean }[] = []
  let failed = 0
  {
    using progress = stdout.isTTY ? null : new Progress('Comparing pairs', context)
    const each = similarityEvaluator(similarity).evaluateEach(file, {
      ...options,
      strict: strict ?? false,
      columns: names,
      onProgress: (done) => progress?.update(done),
    })
    const header = json ? '' : `${bold('  cosine  normalised  id')}\n`
    for await (const { item, failure } of each)
      if (failure === null) {
        items.push({ cosine: item.cosine, truncated: item.truncated })
        const line = json ? `${JSON.stringify(item)}\n` : row(item)
        await write(stdout, (items.length === 1 ? header : '') + line, options.signal)
      } else {
        failed++
        stderr.write(`vmm: ${failure.where}: ${failure.message}\n`)
      }
  }
  const summary = similaritySummary(items, failed)
  const text = json ? `${JSON.stringify({ summary })}\n` : summaryText(summary, { bold, dim })
  await write(stdout, text, options.signal)
  tellCut(summary.truncated, 'pair', similarity.encoder, context)
  return failed > 0 && summary.count === 0 ? 1 : undefined
}

function row({ id, cosine, normalisedCosine }: SimilarityItem): string {
  const score = normalisedCosine.toFixed(4).padStart(10)
  return `${cosine.toFixed(4).padStart(8)}  ${score}  ${printable(id)}\n`
}

function summaryText(
  { count, failed, cosine, normalisedCosine }: SimilaritySummary,
  { bold, dim }: ReturnType<typeof styles>,
): string {
  const counted = `${count} pair${count === 1 ? '' : 's'}${failed > 0 ? `; ${failed} could not be read` : ''}`
  if (cosine === null || normalisedCosine === null) return `${dim(counted)}\n`
  const measures = ['mean', 'median', 'standardDeviation', 'min', 'max'] as const
  const [header, ...rows] = aligned({
    header: ['', 'cosine', 'normalised'],
    rows: measures.map((measure) => [
      measure === 'standardDeviation' ? 'standard deviation' : measure,
      cosine[measure].toFixed(4),
      normalisedCosine[measure].toFixed(4),
    ]),
  })
  return ['', bold(header!), ...rows, dim(counted), ''].join('\n')
}
