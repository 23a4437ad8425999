import type { WordNetScope } from '../../concepts/index_files.ts'
import { type ConceptHit, type ConceptStore, openConcepts } from '../../concepts/store.ts'
import { splitSentences } from '../../text/sentences.ts'
import { defineCommand, type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import { type CliContext, styles, write } from '../context.ts'
import { type LoadedModel, MODEL_OPTIONS, withModel } from '../model_options.ts'
import { type NextConcept, type NextConcepts, nextConceptText } from '../next_concepts.ts'
import { Progress } from '../progress.ts'
import { FILE_OPTION, printable, textFor } from '../text.ts'

export const NEAREST_OPTIONS = {
  top: { type: 'string', short: 'k', value: 'N', help: 'concepts for each sentence (default: 5)' },
  all: { type: 'boolean', help: 'all of WordNet, not only the meanings in use; the first time takes longer' },
  json: {
    type: 'boolean',
    help: 'JSON lines {"index", "text", "nearest": [{"id", "kind", "words", "text", "cosine"}]}',
  },
  ...FILE_OPTION,
  ...MODEL_OPTIONS,
} as const satisfies Options

/** Sentences that are encoded and searched at a time. */
const BATCH = 256

export const nearest = defineCommand({
  usage: 'nearest [options] [text]',
  about:
    'Splits a text into sentences and prints the nearest definitions and examples of WordNet for each, with\n' +
    'the cosine of the angle between the vectors. Without a text it is read from standard input.',
  options: NEAREST_OPTIONS,
  async run(values, positionals, context) {
    await printNearest(await textFor(values, positionals, context), values, context)
    return undefined
  },
})

/** Prints the nearest concepts of each sentence, and what comes next where `openNext` opens a predictor. */
export async function printNearest(
  text: string,
  values: Values<typeof NEAREST_OPTIONS>,
  context: CliContext,
  openNext: (loaded: LoadedModel) => Promise<NextConcepts | null> = async () => null,
): Promise<void> {
  const k = wholeNumber(values.top, '--top', [1, 1000]) ?? 5
  const sentences = splitSentences(text)
  if (sentences.length === 0) throw new UsageError('the text has no sentence')
  const { signal, stdout, env } = context
  const format = values.json ? jsonLine : readable(styles(stdout, env))
  await withModel(values, context, async (loaded) => {
    const { model, options } = loaded
    using next = await openNext(loaded)
    using store = await openStore(loaded, values.all ? 'all' : 'used', context)
    for (let start = 0; start < sentences.length; start += BATCH) {
      const batch = sentences.slice(start, start + BATCH).map((sentence) => sentence.text)
      const { vectors, truncated } = await model.encode(batch, options)
      const hits = await store.nearest(vectors, k, options)
      const nexts = await next?.after(vectors.toFloat32Array(), store)
      const cut = new Set(truncated)
      const texts = batch.map((text, i) =>
        format({ index: start + i, text, cut: cut.has(i), hits: hits[i]!, next: nexts?.[i] ?? null }),
      )
      await write(stdout, texts.join(''), signal)
    }
  })
}

async function openStore(
  { model, engine, options, cacheDir }: LoadedModel,
  scope: WordNetScope,
  context: CliContext,
): Promise<ConceptStore> {
  using progress = new Progress('Encoding the concepts of WordNet, once', context)
  const onProgress = (done: number, total: number) => progress.update(done, total)
  return openConcepts(model, { ...options, scope, cacheDir, onProgress, mapRows: engine.mapRows })
}

interface Answer {
  readonly index: number
  readonly text: string
  /** The sentence is longer than the model reads. */
  readonly cut: boolean
  readonly hits: readonly ConceptHit[]
  readonly next: NextConcept | null
}

function jsonLine({ index, text, cut, hits, next }: Answer): string {
  const line = { index, text, ...(cut && { truncated: true }), nearest: hits, ...(next && { next }) }
  return `${JSON.stringify(line)}\n`
}

function readable({ bold, dim }: ReturnType<typeof styles>) {
  return ({ index, text, cut, hits, next }: Answer): string => {
    const lines = hits.map(({ cosine, words, kind, text }) => {
      const meaning = kind === 'example' ? `"${text}"` : text
      return `  ${cosine.toFixed(3).padStart(6)}  ${words.slice(0, 3).join(', ')} ${dim(`— ${meaning}`)}\n`
    })
    const following = next ? nextConceptText(next, { dim }) : ''
    const note = cut ? dim(' (only its beginning was read)') : ''
    return `${index === 0 ? '' : '\n'}${bold(printable(text))}${note}\n${lines.join('')}${following}`
  }
}
