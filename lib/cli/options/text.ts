import { splitSentences } from '../../text/sentences.ts'
import { type Options, UsageError, type Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { inputName, openInput, textOf } from './input.ts'
import { type MODEL_OPTIONS, threadsOf } from './model.ts'

/** Options of commands that read a text. */
export const TEXT_OPTIONS = {
  file: {
    type: 'string',
    short: 'f',
    value: 'FILE',
    help: "read the text from a file, '-' for standard input",
  },
  lines: {
    type: 'boolean',
    help: 'take each line as it is instead of sentences; blank ones are left out, the others keep their index',
  },
} as const satisfies Options

/** What commands that read a text take, and --threads, which is looked at before a text is waited for. */
type TextValues = Values<typeof TEXT_OPTIONS & Pick<typeof MODEL_OPTIONS, 'threads'>>

/** A sentence of a text and its number, or a line and its own, from 0. */
export interface TextPart {
  readonly index: number
  readonly text: string
}

/**
 * The sentences of the text that the arguments, --file or standard input give, or its lines with --lines. Throws
 * UsageError where there is no text, or nothing in it, and for wrong --threads.
 */
export async function partsFor(
  values: TextValues,
  positionals: readonly string[],
  context: CliContext,
): Promise<TextPart[]> {
  threadsOf(values) // wrong usage is told before a text is waited for
  const text = await textFor(values, positionals, context)
  const parts = values.lines ? linesIn(text) : sentencesIn(text)
  if (parts.length === 0) throw new UsageError(`the text has no ${values.lines ? 'line' : 'sentence'}`)
  return parts
}

/** The sentences of a text, numbered. */
export function sentencesIn(text: string): TextPart[] {
  return splitSentences(text).map(({ text }, index) => ({ index, text }))
}

function linesIn(text: string): TextPart[] {
  return text
    .split(/\r?\n/)
    .map((text, index) => ({ index, text }))
    .filter(({ text }) => text.trim() !== '')
}

/** The text that the arguments, --file or standard input give. Throws UsageError where there is none. */
export async function textFor(
  { file }: Values<Pick<typeof TEXT_OPTIONS, 'file'>>,
  positionals: readonly string[],
  context: CliContext,
): Promise<string> {
  if (positionals.length > 0 && file !== undefined)
    throw new UsageError('a text and --file exclude each other')
  const piped = positionals.length === 1 && positionals[0] === '-'
  if (positionals.length > 0 && !piped) return positionals.join(' ')
  if (file === undefined && !piped && context.stdin.isTTY)
    throw new UsageError('no text: give one, or --file, or standard input')
  return textOf(openInput(file, context), inputName(file))
}
