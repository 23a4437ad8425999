import { parseArgs } from 'node:util'
import { nearestName } from '../core/names.ts'
import type { CliContext } from './context.ts'

export interface OptionSpec {
  readonly type: 'boolean' | 'string'
  readonly short?: string
  /** What the value is, for the help: `N`, `FILE`. */
  readonly value?: string
  /** May be given again and again: its value is all of them. */
  readonly multiple?: true
  readonly help: string
}

export type Options = Readonly<Record<string, OptionSpec>>

export type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K] extends { readonly multiple: true }
      ? readonly string[]
      : string
}

/** A command of the CLI. `run` returns an exit code when it is not 0. */
export interface Command<O extends Options = Options> {
  readonly usage: string
  /** One or more lines for the help. */
  readonly about: string
  readonly options: O
  run(values: Values<O>, positionals: readonly string[], context: CliContext): Promise<number | undefined>
}

/** Lets the types of a command's values follow from its options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as unknown as Command
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** For a name that there is not, with the known one that was probably meant. */
export function unknownName(what: string, given: string, known: readonly string[]): UsageError {
  const near = nearestName(given, known)
  return new UsageError(
    `unknown ${what} ${JSON.stringify(given)}${near === null ? '' : `; did you mean ${near}?`}`,
  )
}

const GLOBAL = {
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  debug: { type: 'boolean', help: 'show the stack of an error' },
} as const satisfies Options

/** Parses a command's arguments, or shows its help, and runs it. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  context: CliContext,
): Promise<number> {
  const { values, positionals } = parse({ ...command.options, ...GLOBAL }, args)
  if (values.help) {
    context.stdout.write(helpOf(command))
    return 0
  }
  return (await command.run(values, positionals, context)) ?? 0
}

function parse(
  options: Options,
  args: readonly string[],
): { values: Values<Options>; positionals: string[] } {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short && { short }), ...(multiple && { multiple }) },
    ]),
  )
  const given = { args: [...args], options: config, allowPositionals: true }
  refuseUnknown(options, parseArgs({ ...given, strict: false, tokens: true }).tokens)
  try {
    const { values, positionals } = parseArgs(given)
    return { values: values as Values<Options>, positionals }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS_')) throw new UsageError(message)
    throw error
  }
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

function refuseUnknown(options: Options, tokens: readonly Token[]): void {
  for (const token of tokens)
    if (token.kind === 'option' && !Object.hasOwn(options, token.name))
      throw unknownName(
        'option',
        token.rawName,
        Object.keys(options).map((name) => `--${name}`),
      )
}

function helpOf({ usage, about, options }: Command): string {
  const rows = Object.entries({ ...options, ...GLOBAL }).map(
    ([name, { short, value, help, multiple }]: [string, OptionSpec]) => {
      const flag = `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
      return `  ${flag.padEnd(24)}  ${help}${multiple ? '; may be repeated' : ''}\n`
    },
  )
  return `Usage: vmm ${usage}\n\n${about}\n\nOptions:\n${rows.join('')}`
}

/** Refuses what a command would not look at. */
export function noArguments(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(positionals[0])}`)
}

type Range = readonly [least: number, most: number]

/** The whole number that an option gives, within its bounds. */
export function wholeNumber(text: string | undefined, option: string, range: Range): number | undefined {
  return numberOf(text, option, /^\d{1,15}$/, 'a whole number', range)
}

/** The number that an option gives, within its bounds. */
export function decimalNumber(text: string | undefined, option: string, range: Range): number | undefined {
  return numberOf(text, option, /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i, 'a number', range)
}

function numberOf(
  text: string | undefined,
  option: string,
  pattern: RegExp,
  what: string,
  [least, most]: Range,
): number | undefined {
  if (text === undefined) return undefined
  const number = pattern.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${option}: got ${JSON.stringify(text)}; expected ${what} from ${least} to ${most}`)
}
