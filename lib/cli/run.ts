import { describe, VmmError } from '../core/errors.ts'
import { type Command, runCommand, UsageError, unknownName } from './command.ts'
import { type CliContext, type CliWorld, Interrupted, OutputClosed } from './context.ts'
import { screen } from './output/screen.ts'
import { packageVersion } from './version.ts'

interface Entry {
  readonly summary: string
  /** Each command's code is loaded when it is called. */
  readonly load: () => Promise<Command>
}

/** By their words: one, or two where what follows the first has options of its own. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  index: {
    summary: 'read files into a store that is searched by meaning',
    load: async () => (await import('./commands/index_files.ts')).indexFiles,
  },
  search: {
    summary: 'the texts of a store that are nearest to a text',
    load: async () => (await import('./commands/search.ts')).search,
  },
  demo: {
    summary: 'all that the models make of built-in sentences, or of the text given (default)',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  nearest: {
    summary: 'the nearest concepts of each sentence of a text',
    load: async () => (await import('./commands/nearest.ts')).nearest,
  },
  'graph get': {
    summary: 'a concept, its relations, and the concepts that are like it',
    load: async () => (await import('./commands/graph/get.ts')).graphGet,
  },
  'graph neighbours': {
    summary: 'the concepts that relations lead to',
    load: async () => (await import('./commands/graph/neighbours.ts')).graphNeighbours,
  },
  'graph navigate': {
    summary: 'the way from one concept towards another, through the concepts between them',
    load: async () => (await import('./commands/graph/navigate.ts')).graphNavigate,
  },
  'graph path': {
    summary: 'the shortest way from one concept to another along relations',
    load: async () => (await import('./commands/graph/path.ts')).graphPath,
  },
  'graph place': {
    summary: 'gives the concepts of a store coordinates on a map',
    load: async () => (await import('./commands/graph/place.ts')).graphPlace,
  },
  'store export': {
    summary: 'a store as Parquet files, for other programs and other stores',
    load: async () => (await import('./commands/store/export.ts')).storeExport,
  },
  'store import': {
    summary: 'what store export has written, into a store of any kind',
    load: async () => (await import('./commands/store/import.ts')).storeImport,
  },
  'store maintain': {
    summary: "build a store's indexes and free what was deleted",
    load: async () => (await import('./commands/store/maintain.ts')).storeMaintain,
  },
  curate: {
    summary: 'concepts out of texts, code and knowledge graphs, checked and kept in a store',
    load: async () => (await import('./commands/curate.ts')).curate,
  },
  worker: {
    summary: 'work for vmm curate, from a queue',
    load: async () => (await import('./commands/worker.ts')).worker,
  },
  similarity: {
    summary: 'how like two texts are, or the pairs of a file',
    load: async () => (await import('./commands/similarity.ts')).similarity,
  },
  encode: {
    summary: 'the vector of each line, as Arrow IPC, .npy or JSON lines',
    load: async () => (await import('./commands/encode.ts')).encode,
  },
  invert: {
    summary: 'text for vectors of Arrow IPC, .npy or JSON lines, or for those of a text',
    load: async () => (await import('./commands/invert.ts')).invert,
  },
  predict: {
    summary: 'what may come after a text: a sentence that is written, and known ones',
    load: async () => (await import('./commands/predict.ts')).predict,
  },
  generate: {
    summary: 'what may follow a prompt, by a published language model',
    load: async () => (await import('./commands/generate.ts')).generate,
  },
  score: {
    summary: 'how likely a published language model finds a text, in bits',
    load: async () => (await import('./commands/score.ts')).score,
  },
  route: {
    summary: 'the domains of a text, and the experts that a predictor sends it to',
    load: async () => (await import('./commands/route.ts')).route,
  },
  eval: {
    summary: 'how well a predictor does on documents, beside its baselines',
    load: async () => (await import('./commands/eval/predictor.ts')).evaluate,
  },
  'eval inversion': {
    summary: 'how well vectors of sentences are turned back into text, beside baselines',
    load: async () => (await import('./commands/eval/inversion.ts')).evaluateInversion,
  },
  'eval agreement': {
    summary: 'how far people agree who have rated texts, and how they rated each system',
    load: async () => (await import('./commands/eval/agreement.ts')).evaluateAgreement,
  },
  'eval navigation': {
    summary: 'how well graph navigate finds ways, beside a random walk and the straight line',
    load: async () => (await import('./commands/eval/navigation.ts')).evaluateNavigationCommand,
  },
  serve: {
    summary: 'the models over HTTP, for clients of OpenAI and other programs',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  train: {
    summary: 'train a model on documents, as a config says',
    load: async () => (await import('./commands/train.ts')).train,
  },
  sandbox: {
    summary: 'reads code, runs it where it can do no harm, and tells what it does and costs',
    load: async () => (await import('./commands/sandbox.ts')).sandbox,
  },
  pull: {
    summary: 'download a model of the Hugging Face hub, or go on with it',
    load: async () => (await import('./commands/pull.ts')).pull,
  },
  models: {
    summary: 'the models that are known by a name, and where they are',
    load: async () => (await import('./commands/models.ts')).models,
  },
  info: {
    summary: 'versions, instruction sets, device, threads, memory, folders',
    load: async () => (await import('./commands/info.ts')).info,
  },
  doctor: {
    summary: 'what is missing on this machine, and what to do about it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
}

const HELP = ['--help', '-h', 'help']
const VERSION = ['--version', '-V', '-v']

/**
 * Runs a command line.
 *
 * @param args without Node and the script
 * @returns the exit code: 0, 1 for errors, 2 for wrong usage, 128 + the signal's number when interrupted
 */
export async function runCli(args: readonly string[], world: CliWorld): Promise<number> {
  const { stdout, stderr, env } = world
  const context = { ...world, stdout: screen(stdout, env), stderr: screen(stderr, env) }
  try {
    return await dispatch(args, context)
  } catch (error) {
    return report(context.signal.aborted ? context.signal.reason : error, args, context)
  }
}

async function dispatch(args: readonly string[], context: CliContext): Promise<number> {
  const [name = 'demo', ...rest] = args
  if (HELP.includes(name)) {
    if (rest.length > 0) return runCommand(await COMMANDS[knownCommand(rest)]!.load(), ['--help'], context)
    context.stdout.write(help())
    return 0
  }
  if (VERSION.includes(name)) {
    context.stdout.write(`${packageVersion()}\n`)
    return 0
  }
  const known = knownCommand([name, ...rest])
  return runCommand(await COMMANDS[known]!.load(), args.slice(known.split(' ').length), context)
}

/** The longest name of a command that arguments begin with. */
function commandOf(args: readonly string[]): string | undefined {
  return [2, 1].map((words) => args.slice(0, words).join(' ')).find((name) => Object.hasOwn(COMMANDS, name))
}

/** The same; throws UsageError where there is none. */
function knownCommand(args: readonly string[]): string {
  const known = commandOf(args)
  if (known !== undefined) return known
  const [name = ''] = args
  if (name.startsWith('-')) throw unknownName('option', name, [...HELP, ...VERSION])
  throw unknownName('command', name, Object.keys(COMMANDS))
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)}  ${summary}\n`)
  return `Usage: vmm [command] [options]\n\nCommands:\n${rows.join('')}\n'vmm help <command>' tells the options.\n`
}

/** Tells what went wrong, on stderr, and returns the exit code. */
function report(error: unknown, args: readonly string[], { stderr }: CliContext): number {
  if (error instanceof OutputClosed) return 0
  if (error instanceof Interrupted) {
    stderr.write(`vmm: ${error.message}\n`)
    return error.exitCode
  }
  if (error instanceof UsageError) {
    const command = commandOf(args)
    stderr.write(`vmm: ${error.message}\nTry 'vmm ${command === undefined ? '' : `${command} `}--help'.\n`)
    return 2
  }
  const message = error instanceof Error ? error.message : describe(error)
  if (args.includes('--debug')) stderr.write(`vmm: ${error instanceof Error ? stackOf(error) : message}\n`)
  else if (error instanceof VmmError) stderr.write(`vmm: ${message}\n`)
  else stderr.write(`vmm: unexpected error: ${message} (--debug shows where)\n`)
  return 1
}

/** Causes of causes that are told. */
const MOST_CAUSES = 8

function stackOf(error: Error, depth = 0): string {
  const { cause: of } = error
  const cause = of instanceof Error && depth < MOST_CAUSES ? `\ncaused by ${stackOf(of, depth + 1)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
