import { defineCommand, type Options, UsageError, type Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type Format, formatOf } from '../formats/format.ts'
import type { VectorWriter } from '../formats/write/writer.ts'
import { openWriter } from '../formats/write.ts'
import { inputName, linesOf, openInput } from '../options/input.ts'
import { type LoadedModel, MODEL_OPTIONS, tellCut, withModel } from '../options/model.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  format: {
    type: 'string',
    short: 'F',
    value: 'FORMAT',
    help: 'arrow, npy or jsonl (default: by the name of the output, else jsonl)',
  },
  output: { type: 'string', short: 'o', value: 'FILE', help: 'where to write (default: standard output)' },
  'skip-empty': { type: 'boolean', help: 'leave out empty lines; the others keep their index' },
  ...MODEL_OPTIONS,
} as const satisfies Options

/** Lines that are held at a time; fewer when they are long. */
const BATCH_LINES = 1024
const BATCH_CHARACTERS = 1 << 20

export const encode = defineCommand({
  usage: 'encode [options] [file]',
  about:
    'Encodes each line of a file, or of standard input, and writes the vectors in the order of the lines.\n' +
    '"index" counts lines from 0. An empty line has a vector as any other. An output file appears when it is\n' +
    'complete. Formats: jsonl is {"index", "text", "vector"} a line; arrow is Arrow IPC with the same columns\n' +
    '(the streaming format on standard output, the file format in files); npy is an array [lines, dimensions].',
  options: OPTIONS,
  async run(values, positionals, context) {
    const [file] = positionals
    if (positionals.length > 1) throw new UsageError(`one file at most; got ${positionals.length}`)
    const format = formatFor(values, context)
    await withModel(values, context, async (loaded) => {
      const { space, dims } = loaded.model
      const lines = linesOf(openInput(file, context), inputName(file))
      const writer = await openWriter(format, { path: values.output, space, dims, context })
      try {
        await encodeLines(lines, writer, Boolean(values['skip-empty']), loaded, context)
        await writer.finish()
      } finally {
        await writer.discard()
      }
    })
    return undefined
  },
})

function formatFor({ format, output }: Values<typeof OPTIONS>, { stdout }: CliContext): Format {
  const chosen = formatOf(format, output) ?? 'jsonl'
  if (chosen !== 'jsonl' && (output === undefined || output === '-') && stdout.isTTY)
    throw new UsageError(`${chosen} is not text: name a file with -o, or send the output to another program`)
  return chosen
}

async function encodeLines(
  lines: AsyncIterable<string>,
  writer: VectorWriter,
  skipEmpty: boolean,
  { model, options }: LoadedModel,
  context: CliContext,
): Promise<void> {
  let done = 0
  let cut = 0
  {
    using progress = new Progress('Encoding lines', context)
    for await (const { indices, texts } of batches(lines, skipEmpty)) {
      const { vectors, truncated } = await model.encode(texts, options)
      await writer.write({ indices, texts, vectors: vectors.toFloat32Array() })
      done += texts.length
      cut += truncated.length
      progress.update(done)
    }
  }
  tellCut(cut, 'line', model, context)
}

async function* batches(
  lines: AsyncIterable<string>,
  skipEmpty: boolean,
): AsyncGenerator<{ indices: number[]; texts: string[] }> {
  let indices: number[] = []
  let texts: string[] = []
  let characters = 0
  let index = 0
  for await (const text of lines) {
    const line = index++
    if (skipEmpty && text.trim() === '') continue
    indices.push(line)
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
