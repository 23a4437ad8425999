import type { AddedFiles } from '../../search/text_index/text_index.ts'
import { defineCommand, type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import { type CliContext, write } from '../context.ts'
import { MODEL_OPTIONS, tellCut, threadsOf } from '../options/model.ts'
import { PUBLISHED_OPTIONS, publishedOptionsOf } from '../options/published.ts'
import { type OpenedIndex, withIndex } from '../options/text_index.ts'
import { counted } from '../output/counted.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  output: {
    type: 'string',
    short: 'o',
    value: 'STORE',
    help: 'the store: a folder, which is made where it is missing',
  },
  watch: { type: 'boolean', short: 'w', help: 'go on, and read files again whenever they change' },
  'passage-tokens': {
    type: 'string',
    value: 'N',
    help: 'tokens of a passage at most (default: 256, or as many as the model reads)',
  },
  json: {
    type: 'boolean',
    help: 'a JSON line {"changed", "unchanged", "gone", "encoded", "removed", "texts", "failures"}',
  },
  ...MODEL_OPTIONS,
  model: {
    ...MODEL_OPTIONS.model,
    help: "as for encode (default: the store's own model, or use-lite for a new one)",
  },
  ...PUBLISHED_OPTIONS,
} as const satisfies Options

/** Files whose failure is told one by one. */
const TOLD = 20

export const indexFiles = defineCommand({
  usage: 'index [options] <files, folders or patterns …> -o STORE',
  about:
    'Reads files into a store that is searched by meaning: text, Markdown, HTML, PDF, JSON lines, Parquet. They are split\n' +
    'into passages. Called again, it reads what is new or has changed, and takes away what is gone; after an interruption it\n' +
    'goes on. Quote patterns, so that deleted files are noticed: vmm index "notes/**/*.md" -o my.store',
  options: OPTIONS,
  async run(values, positionals, context) {
    const { output, model } = values
    if (output === undefined) throw new UsageError('no store: name one with -o')
    if (positionals.length === 0) throw new UsageError('no files: name files, folders or patterns')
    const threads = threadsOf(values)
    const passageTokens = wholeNumber(values['passage-tokens'], '--passage-tokens', [1, 1 << 20])
    const options = { ...publishedOptionsOf(values), prompt: values.prompt }
    const asked = { store: output, create: true, model, options, passageTokens }
    let failed = false
    await withIndex(asked, context, async (opened) => {
      const tell = async (added: AddedFiles) => {
        failed ||= added.failures.length > 0
        await tellAdded(added, opened, values, context)
      }
      if (values.watch) await watch(opened, positionals, threads, context, tell)
      else {
        using progress = new Progress('Indexing files', context)
        const onProgress = ({ files, total }: Step) => progress.update(files, total)
        const call = { signal: context.signal, threads, onProgress }
        const added = await opened.index.addFiles(positionals, call)
        progress[Symbol.dispose]()
        await tell(added)
      }
    })
    return failed ? 1 : undefined
  },
})

interface Step {
  readonly files: number
  readonly total: number
}

/** Until the user ends it. */
async function watch(
  { index }: OpenedIndex,
  patterns: readonly string[],
  threads: number | undefined,
  context: CliContext,
  tell: (added: AddedFiles) => Promise<void>,
): Promise<void> {
  const { signal, stderr } = context
  let isFirst = true
  for await (const added of index.watchFiles(patterns, { signal, threads })) {
    await tell(added)
    if (isFirst) stderr.write('vmm: watching for changes; Ctrl-C ends it\n')
    isFirst = false
  }
}

async function tellAdded(
  added: AddedFiles,
  { index, model }: OpenedIndex,
  { json }: Values<typeof OPTIONS>,
  context: CliContext,
): Promise<void> {
  const { stderr, stdout, signal } = context
  const { changed, unchanged, gone, encoded, removed, failures, truncated } = added
  for (const { error } of failures.slice(0, TOLD)) stderr.write(`vmm: ${error.message}\n`)
  if (failures.length > TOLD) stderr.write(`vmm: and ${failures.length - TOLD} more files\n`)
  tellCut(truncated.length, 'passage', model, context)
  const texts = await index.count()
  if (json) {
    const failed = failures.map(({ path, error }) => ({ path, message: error.message }))
    const line = { changed, unchanged, gone, encoded, removed, texts, failures: failed }
    await write(stdout, `${JSON.stringify(line)}\n`, signal)
    return
  }
  const documents = `${counted(changed, 'document')} read, ${unchanged} unchanged, ${gone} gone`
  await write(stdout, `${documents}; ${counted(encoded, 'passage')} encoded, ${texts} in the store\n`, signal)
}
