import { type Options, UsageError, type Values } from '../command.ts'
import type { CliContext } from '../context.ts'
import { inputName, openInput, textOf } from './input.ts'

/** Option of commands that read a text. */
export const FILE_OPTION = {
  file: {
    type: 'string',
    short: 'f',
    value: 'FILE',
    help: "read the text from a file, '-' for standard input",
  },
} as const satisfies Options

/** The text of the arguments, of --file, or of standard input. */
export async function textFor(
  { file }: Values<typeof FILE_OPTION>,
  positionals: readonly string[],
  context: CliContext,
): Promise<string> {
  if (positionals.length > 0 && file !== undefined)
    throw new UsageError('a text and --file exclude each other')
  if (positionals.length > 0) return positionals.join(' ')
  if (file === undefined && context.stdin.isTTY)
    throw new UsageError('no text: give one, or --file, or standard input')
  return textOf(openInput(file, context), inputName(file))
}
