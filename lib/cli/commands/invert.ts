import { trustedVectors, type Vectors } from '../../core/vectors.ts'
import { defineCommand, type Options, UsageError, type Values } from '../command.ts'
import { type CliContext, styles } from '../context.ts'
import { FORMATS, formatOf } from '../formats/format.ts'
import type { VectorBlock } from '../formats/read/block.ts'
import { readVectors } from '../formats/read.ts'
import { inputName, openInput } from '../options/input.ts'
import { INVERTER_OPTIONS, type LoadedInverter, withInverter } from '../options/inverter.ts'
import { tellCut } from '../options/model.ts'
import { SEARCH_OPTIONS, searchOptions } from '../options/search.ts'
import { partsFor, TEXT_OPTIONS } from '../options/text.ts'
import { openOutput, toTerminal } from '../output/file.ts'
import { type InvertedVector, inversionJson, inversionText } from '../output/inversion_lines.ts'
import { Progress } from '../output/progress.ts'

const OPTIONS = {
  format: {
    type: 'string',
    short: 'F',
    value: 'FORMAT',
    help: `format of the vectors: ${FORMATS.join(', ')} (default: by the name of the file)`,
  },
  text: { type: 'boolean', help: 'read a text, encode its sentences, and turn their vectors back into text' },
  ...TEXT_OPTIONS,
  json: {
    type: 'boolean',
    help: 'JSON lines {"index", "text", "cosine", "logProb", "surrogate", "stopped", "calls", "candidates"}',
  },
  output: { type: 'string', short: 'o', value: 'FILE', help: 'where to write (default: standard output)' },
  ...SEARCH_OPTIONS,
  ...INVERTER_OPTIONS,
} as const satisfies Options

/** Sentences that are encoded at a time. */
const BATCH = 256

export const invert = defineCommand({
  usage: 'invert [options] [file]',
  about:
    'Writes a text for each vector of a file, or of standard input with --format, with the cosine of the angle between\n' +
    'the vector and that of the text. Formats: arrow is Arrow IPC with a column "vector", as encode writes it; npy is an\n' +
    'array [vectors, dimensions]; jsonl is {"vector", "text"} or an array a line. What the input says a vector is of is\n' +
    'the "source" of its line. An output file appears when it is complete.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const options = searchOptions(values)
    const source = values.text
      ? await textSource(values, positionals, context)
      : vectorSource(values, positionals, context)
    await withInverter(values, context, async (loaded) => {
      const output = await openOutput(values.output, context)
      try {
        const style = styles(context.stdout, values.output === undefined ? context.env : { NO_COLOR: '1' })
        const waiting: Place[] = []
        using progress = toTerminal(values.output, context)
          ? null
          : new Progress('Inverting vectors', context)
        let total: number | undefined
        let seen = 0
        const blocks = vectorsOf(source(loaded), (block) => {
          for (const [i, text] of block.texts.entries())
            waiting.push({ index: block.indices?.[i] ?? seen + i, source: text })
          seen += block.texts.length
          total = block.total
        })
        let done = 0
        for await (const inversion of loaded.inverter.invertEach(blocks, { ...options, ...loaded.options })) {
          const one = { ...waiting.shift()!, inversion }
          const between = done === 0 ? '' : '\n'
          await output.write(values.json ? inversionJson(one) : between + inversionText(one, style))
          progress?.update(++done, total)
        }
        await output.commit()
      } finally {
        await output.discard()
      }
    })
    return undefined
  },
})

type Place = Pick<InvertedVector, 'index' | 'source'>
/** Vectors, with the index of each where it is not its place. */
type SourceBlock = VectorBlock & { readonly indices?: readonly number[] }
type Source = (loaded: LoadedInverter) => AsyncGenerator<SourceBlock>

/** The sentences or lines of a text. */
async function textSource(
  values: Values<typeof OPTIONS>,
  positionals: readonly string[],
  context: CliContext,
): Promise<Source> {
  if (values.format !== undefined) throw new UsageError('--format is that of vectors; --text reads a text')
  const parts = await partsFor(values, positionals, context)
  return async function* ({ model, options }) {
    let cut = 0
    for (let first = 0; first < parts.length; first += BATCH) {
      const some = parts.slice(first, first + BATCH)
      const texts = some.map(({ text }) => text)
      const { vectors, truncated } = await model.encode(texts, options)
      cut += truncated.length
      const rows = trustedVectors([vectors.toFloat32Array()], vectors.dims, vectors.space)
      yield { vectors: rows, texts, indices: some.map(({ index }) => index), total: parts.length }
    }
    tellCut(cut, values.lines ? 'line' : 'sentence', model, context)
  }
}

/** The vectors of a file. */
function vectorSource(
  values: Values<typeof OPTIONS>,
  positionals: readonly string[],
  context: CliContext,
): Source {
  const [file] = positionals
  if (positionals.length > 1) throw new UsageError(`one file at most; got ${positionals.length}`)
  for (const name of ['file', 'lines'] as const)
    if (values[name] !== undefined) throw new UsageError(`--${name} is that of a text: it needs --text`)
  const format = formatOf(values.format, file)
  if (format === undefined)
    throw new UsageError(
      `the vectors of ${inputName(file)}: name their format with --format (${FORMATS.join(', ')}), or add --text to read a text`,
    )
  if (file === undefined && context.stdin.isTTY)
    throw new UsageError('no vectors: name a file, or send them to standard input')
  return ({ inverter: { space, dims } }) =>
    readVectors(format, {
      input: openInput(file, context),
      path: file === '-' ? undefined : file,
      name: inputName(file),
      space,
      dims,
    })
}

async function* vectorsOf(
  blocks: AsyncIterable<SourceBlock>,
  see: (block: SourceBlock) => void,
): AsyncGenerator<Vectors> {
  for await (const block of blocks) {
    see(block)
    yield block.vectors
  }
}
