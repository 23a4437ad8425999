import { type ConceptHit, nearestConcepts } from '../../store/nearest_concepts.ts'
import { defineCommand, type Options, type Values, wholeNumber } from '../command.ts'
import { type CliContext, styles, write } from '../context.ts'
import {
  type Demonstrated,
  type Demonstration,
  demonstratedJson,
  demonstratedText,
} from '../demonstration/demonstration.ts'
import { CONCEPT_OPTIONS, withConcepts } from '../options/concepts.ts'
import { type LoadedModel, MODEL_OPTIONS } from '../options/model.ts'
import { PUBLISHED_OPTIONS, publishedOptionsOf } from '../options/published.ts'
import { partsFor, TEXT_OPTIONS, type TextPart } from '../options/text.ts'
import { namesOf, toldOfHit } from '../output/known_text.ts'
import { printable } from '../output/printable.ts'

export const NEAREST_OPTIONS = {
  top: { type: 'string', short: 'k', value: 'N', help: 'concepts for each sentence (default: 5)' },
  all: { type: 'boolean', help: 'all of WordNet, not only the meanings in use; the first time takes longer' },
  json: {
    type: 'boolean',
    help: 'JSON lines {"index", "text", "nearest": [{"id", "type", "surfaceForms", "text", "cosine"}]}',
  },
  ...CONCEPT_OPTIONS,
  ...TEXT_OPTIONS,
  ...MODEL_OPTIONS,
} as const satisfies Options

/** Sentences that are encoded and searched at a time. */
const BATCH = 256

export const nearest = defineCommand({
  usage: 'nearest [options] [text]',
  about:
    'Splits a text into sentences and prints the nearest definitions and examples of WordNet for each, or the nearest\n' +
    'texts of a store, with the cosine of the angle between the vectors. The store tells the model.\n' +
    "Without a text, or with '-', it is read from standard input.",
  options: { ...NEAREST_OPTIONS, ...PUBLISHED_OPTIONS },
  async run(values, positionals, context) {
    await printNearest(() => partsFor(values, positionals, context), values, context)
    return undefined
  },
})

/** Prints the nearest concepts of each part of a text, read once the options are right, and what a demonstration adds. */
export async function printNearest(
  read: () => Promise<readonly TextPart[]>,
  values: Values<typeof NEAREST_OPTIONS> & Partial<Values<typeof PUBLISHED_OPTIONS>>,
  context: CliContext,
  open: (loaded: LoadedModel) => Promise<Demonstration | null> = async () => null,
): Promise<void> {
  const k = wholeNumber(values.top, '--top', [1, 1000]) ?? 5
  publishedOptionsOf(values) // wrong usage is told before a text is waited for
  const parts = await read()
  const { signal, stdout, env } = context
  const format = values.json ? jsonLine : readable(styles(stdout, env))
  await withConcepts(values, context, async (loaded, openStore) => {
    const { model, options } = loaded
    using demonstration = await open(loaded)
    await using store = await openStore()
    for (let start = 0; start < parts.length; start += BATCH) {
      const batch = parts.slice(start, start + BATCH)
      const { vectors, truncated } = await model.encode(
        batch.map(({ text }) => text),
        options,
      )
      const hits = await nearestConcepts(store, vectors, k, options)
      const more = await demonstration?.after(vectors, hits, store)
      const cut = new Set(truncated)
      const texts = batch.map((part, i) =>
        format({ ...part, cut: cut.has(i), hits: hits[i]!, more: more?.[i] ?? {} }),
      )
      const between = values.json ? '' : '\n'
      await write(stdout, (start === 0 ? '' : between) + texts.join(between), signal)
    }
  })
}

interface Answer extends TextPart {
  /** The sentence is longer than the model reads. */
  readonly cut: boolean
  readonly hits: readonly ConceptHit[]
  readonly more: Demonstrated
}

function jsonLine({ index, text, cut, hits, more }: Answer): string {
  const line = {
    ...{ index, text, ...(cut && { truncated: true }), nearest: hits.map(toldOfHit) },
    ...demonstratedJson(more),
  }
  return `${JSON.stringify(line)}\n`
}

function readable({ bold, dim }: ReturnType<typeof styles>) {
  return ({ text, cut, hits, more }: Answer): string => {
    const lines = hits.map((hit) => {
      const text = printable(hit.text).replace(/\s+/g, ' ')
      const meaning = hit.type === 'example' ? `"${text}"` : text
      return `  ${hit.cosine.toFixed(3).padStart(6)}  ${namesOf(hit)} ${dim(`— ${meaning}`)}\n`
    })
    const note = cut ? dim(' (only its beginning was read)') : ''
    return `${bold(printable(text))}${note}\n${lines.join('')}${demonstratedText(more, { dim })}`
  }
}
