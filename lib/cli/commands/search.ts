import { isAbsolute, join, relative, resolve } from 'node:path'
import type { TextHit, TextIndex } from '../../search/text_index/text_index.ts'
import { defineCommand, type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import { styles, write } from '../context.ts'
import { MODEL_OPTIONS, threadsOf } from '../options/model.ts'
import { TEXT_OPTIONS, textFor } from '../options/text.ts'
import { withIndex } from '../options/text_index.ts'
import { printable } from '../output/printable.ts'

const OPTIONS = {
  store: { type: 'string', short: 's', value: 'STORE', help: 'what vmm index has made' },
  top: { type: 'string', short: 'k', value: 'N', help: 'texts at most (default: 5)' },
  document: {
    type: 'string',
    short: 'd',
    value: 'NAME',
    multiple: true,
    help: 'only texts of this document, or of those that a pattern stands for',
  },
  type: {
    type: 'string',
    short: 't',
    value: 'TYPE',
    multiple: true,
    help: 'only texts of this type, such as text or code',
  },
  text: { type: 'string', value: 'PART', help: 'only texts that have this part, in capitals or not' },
  hybrid: {
    type: 'boolean',
    help: 'texts that have rare words of the query come to the front, too; of stores in LanceDB and PostgreSQL',
  },
  json: {
    type: 'boolean',
    help: 'JSON lines {"cosine", "id", "document", "line", "heading", "position", "type", "text"}',
  },
  file: TEXT_OPTIONS.file,
  model: {
    ...MODEL_OPTIONS.model,
    help: 'the model, where the store has vectors of several (default: its own)',
  },
  prompt: {
    ...MODEL_OPTIONS.prompt,
    help: "a published model's prompt before the query alone, such as stella's s2p",
  },
  threads: MODEL_OPTIONS.threads,
} as const satisfies Options

/** Characters of a text that are shown. */
const SHOWN = 300

export const search = defineCommand({
  usage: 'search [options] <text> --store STORE',
  about:
    'Finds the texts of a store that are nearest to a text in what they mean, with the cosine of the angle between the\n' +
    'vectors, and where they stand. The store tells the model.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const { store, model, prompt, json, hybrid } = values
    if (store === undefined) throw new UsageError('no store: name one with --store')
    const k = wholeNumber(values.top, '--top', [1, 100_000]) ?? 5
    const threads = threadsOf(values)
    const query = (await textFor(values, positionals, context)).trim()
    if (query === '') throw new UsageError('nothing to search for: the text is empty')
    const { signal, stdout, stderr, env } = context
    const asked = { store, create: false, model, options: {}, queryPrompt: prompt }
    await withIndex(asked, context, async ({ index, root }) => {
      const documents = await documentsOf(values, index, root)
      const filter = { documents, types: values.type, text: values.text }
      const hits = await index.search(query, { k, filter, hybrid, signal, threads })
      if (hits.length === 0) stderr.write('vmm: nothing found\n')
      const form = json ? jsonLine : readable(root, styles(stdout, env))
      for (const hit of hits) await write(stdout, form(hit), signal)
    })
    return undefined
  },
})

/** The documents that are named, or that patterns stand for. */
async function documentsOf(
  { document }: Values<typeof OPTIONS>,
  index: Pick<TextIndex, 'documents'>,
  root: string,
): Promise<readonly string[] | undefined> {
  if (document === undefined) return undefined
  // As it is called in the store, or as it is shown here.
  const found = await index.documents(document.flatMap((name) => [name, relative(root, resolve(name))]))
  if (found.length === 0) throw new UsageError(`--document: the store has none of ${document.join(', ')}`)
  return found
}

function jsonLine({ cosine, id, document, line, heading, position, type, text }: TextHit): string {
  return `${JSON.stringify({ cosine, id, document, line, heading, position, type, text })}\n`
}

function readable(root: string, { bold, dim }: ReturnType<typeof styles>) {
  return (hit: TextHit): string => {
    const { cosine, line, heading, text } = hit
    const place = `${placeOf(hit, root)}${line === null ? '' : `:${line}`}`
    const below = heading === null ? '' : `  ${dim(printable(heading))}`
    return `${cosine.toFixed(3)}  ${bold(printable(place))}${below}\n       ${shortened(text)}\n`
  }
}

/** The document as it is found from here, or the id of a text that is from none. */
function placeOf({ id, document, documentHash }: TextHit, root: string): string {
  if (document === null) return id
  if (documentHash === null) return document // a name that was given
  const path = isAbsolute(document) ? document : join(root, document)
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= SHOWN) return line
  return `${line.slice(0, SHOWN).replace(/\s+\S*$/, '')} …`
}
