import { stat } from 'node:fs/promises'
import { VmmError } from '../../core/errors.ts'
import { fileError, systemCode } from '../../io/files.ts'
import { defineCommand, type Options, UsageError, type Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { FORMATS, type Format, outputFormat } from '../formats/format.ts'
import type { VectorWriter } from '../formats/write/writer.ts'
import { openWriter } from '../formats/write.ts'
import { inputName, linesOf, openInput } from '../options/input.ts'
import { type LoadedModel, MODEL_OPTIONS, tellCut, withModel } from '../options/model.ts'
import { PUBLISHED_OPTIONS, publishedOptionsOf } from '../options/published.ts'
import { partsFor, TEXT_OPTIONS, type TextPart } from '../options/text.ts'
import { toTerminal } from '../output/file.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  format: {
    type: 'string',
    short: 'F',
    value: 'FORMAT',
    help: `${FORMATS.join(', ')} (default: by the name of the output; jsonl where it has no ending)`,
  },
  output: { type: 'string', short: 'o', value: 'FILE', help: 'where to write (default: standard output)' },
  text: { type: 'boolean', help: 'read a text and encode its sentences, instead of the lines of a file' },
  ...TEXT_OPTIONS,
  'skip-empty': { type: 'boolean', help: 'leave out empty lines; the others keep their index' },
  ...MODEL_OPTIONS,
  ...PUBLISHED_OPTIONS,
} as const satisfies Options

/** Lines that are held at a time; fewer when they are long. */
const BATCH_LINES = 1024
const BATCH_CHARACTERS = 1 << 20

export const encode = defineCommand({
  usage: 'encode [options] [file]\n       vmm encode --text [options] [text]',
  about:
    'Encodes each line of a file, or of standard input, and writes the vectors in the order of the lines.\n' +
    '"index" counts lines from 0. An empty line has a vector as any other. An output file appears when it is\n' +
    'complete. Formats: jsonl is {"index", "text", "vector"} a line; arrow is Arrow IPC with the same columns\n' +
    '(the streaming format on standard output, the file format in files); npy is an array [lines, dimensions].',
  options: OPTIONS,
  async run(values, positionals, context) {
    const format = formatFor(values, context)
    publishedOptionsOf(values) // wrong usage is told before a text is waited for
    const { parts, what } = values.text
      ? await textSource(values, positionals, context)
      : await lineSource(values, positionals, context)
    await withModel(values, context, async (loaded) => {
      const { space, dims } = loaded.model
      const writer = await openWriter(format, { path: values.output, space, dims, context })
      try {
        const progress = toTerminal(values.output, context)
          ? null
          : new Progress(`Encoding ${what}s`, context)
        const cut = await encodeParts(parts(), writer, loaded, progress)
        tellCut(cut, what, loaded.model, context)
        await writer.finish()
      } finally {
        await writer.discard()
      }
    })
    return undefined
  },
})

/** What is encoded, one after the other, and what to call it. */
interface Source {
  readonly parts: () => AsyncIterable<TextPart>
  readonly what: 'line' | 'sentence'
}

/** The sentences or lines of a text. */
async function textSource(
  values: Values<typeof OPTIONS>,
  positionals: readonly string[],
  context: CliContext,
): Promise<Source> {
  if (values['skip-empty'])
    throw new UsageError('--skip-empty is for the lines of a file; --text reads a text')
  const parts = await partsFor(values, positionals, context)
  return {
    parts: async function* () {
      yield* parts
    },
    what: values.lines ? 'line' : 'sentence',
  }
}

/** The lines of a file, which may have no end. */
async function lineSource(
  values: Values<typeof OPTIONS>,
  positionals: readonly string[],
  context: CliContext,
): Promise<Source> {
  const [file] = positionals
  if (positionals.length > 1)
    throw new UsageError(`one file at most; got ${positionals.length} (${TEXT_ADVICE})`)
  for (const name of ['file', 'lines'] as const)
    if (values[name] !== undefined) throw new UsageError(`--${name} is that of a text: it needs --text`)
  if (file !== undefined && file !== '-') await needFile(file)
  const skipEmpty = Boolean(values['skip-empty'])
  return {
    parts: async function* () {
      let index = 0
      for await (const text of linesOf(openInput(file, context), inputName(file))) {
        const part = { index: index++, text }
        if (!skipEmpty || text.trim() !== '') yield part
      }
    },
    what: 'line',
  }
}

const TEXT_ADVICE = 'to encode a text, add --text'
/** Characters of a name that are shown: what is given for a file may be a text. */
const SHOWN = 80

/** Throws where there is no file, before a model is loaded for it. */
async function needFile(path: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    if (!['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(cause) ?? ''))
      throw fileError(path, 'read', cause)
    const shown = path.length > SHOWN ? `${path.slice(0, SHOWN)}…` : path
    const message = `${shown}: cannot read: there is no such file (${TEXT_ADVICE})`
    throw new VmmError('NOT_FOUND', message, { cause })
  })
}

function formatFor({ format, output }: Values<typeof OPTIONS>, context: CliContext): Format {
  const chosen = outputFormat(format, output)
  if (chosen !== 'jsonl' && toTerminal(output, context))
    throw new UsageError(`${chosen} is not text: name a file with -o, or send the output to another program`)
  return chosen
}

/** How many of them were longer than the model reads. */
async function encodeParts(
  parts: AsyncIterable<TextPart>,
  writer: VectorWriter,
  { model, options }: LoadedModel,
  given: Progress | null,
): Promise<number> {
  using progress = given
  let done = 0
  let cut = 0
  for await (const { indices, texts } of batches(parts)) {
    const { vectors, truncated } = await model.encode(texts, options)
    await writer.write({ indices, texts, vectors: vectors.toFloat32Array() })
    done += texts.length
    cut += truncated.length
    progress?.update(done)
  }
  return cut
}

async function* batches(
  parts: AsyncIterable<TextPart>,
): AsyncGenerator<{ indices: number[]; texts: string[] }> {
  let indices: number[] = []
  let texts: string[] = []
  let characters = 0
  for await (const { index, text } of parts) {
    indices.push(index)
    texts.push(text)
    characters += text.length
    if (texts.length < BATCH_LINES && characters < BATCH_CHARACTERS) continue
    yield { indices, texts }
    indices = []
    texts = []
    characters = 0
  }
  if (texts.length > 0) yield { indices, texts }
}
