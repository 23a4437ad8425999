import { BUNDLE_KINDS } from '../../bundle/kinds.ts'
import type { Encoder } from '../../core/encoder.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import type { Options, Values } from '../command.ts'
import { wholeNumber } from '../command.ts'
import type { CliContext } from '../context.ts'
import type { Engine } from '../engine.ts'
import { type PUBLISHED_OPTIONS, publishedOptionsOf } from './published.ts'

/** Options of every command that runs a model. */
export const MODEL_OPTIONS = {
  model: {
    type: 'string',
    value: 'NAME',
    help: `model name, folder, installed package or repository (default: ${BUNDLE_KINDS.encoder.default}; see vmm models)`,
  },
  dims: {
    type: 'string',
    value: 'N',
    help: 'length of the vectors, for published models with several heads',
  },
  prompt: {
    type: 'string',
    value: 'NAME',
    help: "prompt of a published model that stands before each text, such as stella's s2s",
  },
  threads: { type: 'string', value: 'N', help: 'threads to use (default: as many as there are fast cores)' },
} as const satisfies Options

/** A loaded model, and how to run it. */
export interface LoadedModel {
  readonly model: Encoder
  readonly engine: Engine
  readonly options: { readonly signal: AbortSignal; readonly threads: number | undefined }
  readonly cacheDir: string
}

/** The number of --threads. Throws UsageError. */
export function threadsOf({ threads }: Values<Pick<typeof MODEL_OPTIONS, 'threads'>>): number | undefined {
  return wholeNumber(threads, '--threads', [1, 1024])
}

/** Loads the model that the options name, hands it to `use`, and frees it. */
export async function withModel(
  values: Values<typeof MODEL_OPTIONS> &
    Partial<Values<typeof PUBLISHED_OPTIONS>> & { readonly headless?: boolean | undefined },
  context: CliContext,
  use: (loaded: LoadedModel) => Promise<void>,
): Promise<void> {
  const threads = threadsOf(values)
  const published = publishedOptionsOf(values)
  const { signal } = context
  const engine = await context.engine()
  const cacheDir = cacheDirectory(context.env)
  const { prompt } = values
  const given = { prompt, ...(values.headless && { head: false as const }), ...published }
  const model = await engine.loadEncoder(values.model, { signal, cacheDir, ...given })
  try {
    await use({ model, engine, options: { signal, threads }, cacheDir })
  } finally {
    model.dispose()
  }
}

/** Says on stderr how many texts are longer than a model reads, if there are any. */
export function tellCut(
  cut: number,
  what: string,
  { capacityTokens }: Pick<Encoder, 'capacityTokens'>,
  { stderr }: Pick<CliContext, 'stderr'>,
): void {
  if (cut > 0)
    stderr.write(
      `vmm: ${cut} long ${what}${cut === 1 ? '' : 's'}: only the first ${capacityTokens} tokens were read\n`,
    )
}
