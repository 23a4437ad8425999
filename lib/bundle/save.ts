import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { badArgument, check } from '../core/errors.ts'
import type { OptionNames } from '../core/options.ts'
import type { Tokens } from '../core/tokenizer.ts'
import { healFolder, replaceFolder } from '../io/replace_folder.ts'
import { type SafetensorsInput, writeSafetensors } from '../io/safetensors/file.ts'
import { packedTensors, packWeights } from '../weights/pack.ts'
import type { ParameterSpecs } from '../weights/specs.ts'
import { storedTensors } from '../weights/stored.ts'
import { openWeights } from '../weights/weight_set.ts'
import { BUNDLE_KINDS } from './kinds.ts'
import {
  describeFiles,
  type GoldenVector,
  isFileName,
  MANIFEST_NAME,
  type Manifest,
  readManifest,
  writeManifest,
} from './manifest.ts'
import { fingerprintOf, verifyFiles } from './verify.ts'

/** The weights of a bundle, and those of them that are there packed as well. */
export const WEIGHTS_FILE = 'model.safetensors'
export const PACKED_FILE = 'packed.safetensors'
const METADATA = { format: 'vector-mamba' }

/** What the bundles of all trained models have. */
export interface SaveOptions {
  /** f32, by the names of the model's parameters. */
  readonly parameters: Readonly<Record<string, Float32Array>>
  /** How matrices are stored, bf16 when left out. Vectors stay f32. */
  readonly dtype?: 'bf16' | 'f32' | undefined
  /** SPDX expression. */
  readonly licence: string
  readonly trainingData: string
  /** Of the encoder whose vectors the model was trained on. */
  readonly encoderFingerprint?: string | undefined
  /** Other files of the bundle, by name: a model card, what an evaluation needs. */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined
}

export const SAVE_OPTIONS = {
  parameters: true,
  dtype: true,
  licence: true,
  trainingData: true,
  files: true,
  encoderFingerprint: true,
} as const satisfies OptionNames<SaveOptions>

/** What the manifest says besides. */
export interface BundleAbout extends Pick<Manifest, 'kind' | 'architecture' | 'capacityTokens'> {
  /** With space and dims where the kind has vectors. */
  readonly config: object
  /** Their file is written too. */
  readonly tokens?: Tokens
  readonly golden?: readonly GoldenVector[]
}

/** Files of tensors beside a model's weights, by name. */
export type TensorFiles = Readonly<Record<string, readonly SafetensorsInput[]>>

/**
 * Writes a model as a bundle, or replaces one as a whole. Throws VmmError BAD_ARGUMENT for parameters that are missing,
 * unknown, of another size or not finite, and for names of files that are not plain ones, or those of the model's own
 * files; NOT_FOUND when the parent folder is missing; BAD_FILE when writing fails, and then the folder is as it was.
 */
export async function saveBundle(
  folder: string,
  about: BundleAbout,
  specs: ParameterSpecs,
  options: SaveOptions,
  tensorFiles: TensorFiles = {},
): Promise<void> {
  const { dtype, files = {} } = options
  check(dtype === undefined || dtype === 'bf16' || dtype === 'f32', 'dtype', dtype, 'bf16 | f32')
  const { tokens } = about
  if (BUNDLE_KINDS[about.kind].tokens)
    check(isTokens(tokens), 'tokens', tokens, 'tokens, as a model has them')
  checkOtherFiles(files, [...Object.keys(tensorFiles), ...(tokens ? [tokens.about.file] : [])])
  const tensors = storedTensors(specs, options.parameters, dtype ?? 'bf16')
  await replaceFolder(folder, (temporary) =>
    fillBundle(temporary, about, tensors, { ...options, tensorFiles }),
  )
}

/**
 * Writes the files of a bundle into an empty folder. With `packed`, the specs of the model, the weights of products are
 * there a second time, f32 in the order in which kernels read them, so that a loader maps them. Throws VmmError as
 * saveBundle does.
 */
export async function fillBundle(
  folder: string,
  { config, tokens, golden = [], ...about }: BundleAbout,
  tensors: readonly SafetensorsInput[],
  {
    packed,
    tensorFiles = {},
    ...options
  }: Omit<SaveOptions, 'parameters'> & {
    readonly packed?: ParameterSpecs
    readonly tensorFiles?: TensorFiles
  },
): Promise<void> {
  const { dtype = 'bf16', licence, trainingData } = options
  const { space, dims } = config as { readonly space: string; readonly dims: number }
  const weights = join(folder, WEIGHTS_FILE)
  const extra = {
    ...(tokens && { [tokens.about.file]: tokens.content }),
    ...options.files,
    ...tensorFiles,
  }
  await writeSafetensors(weights, tensors, METADATA)
  await writeFiles(folder, extra)
  const original = await describeFiles(folder, [WEIGHTS_FILE, ...Object.keys(extra)])
  if (packed) await writePacked(weights, join(folder, PACKED_FILE), packed)
  await writeManifest(folder, {
    ...about,
    ...(BUNDLE_KINDS[about.kind].space && {
      space: {
        name: space,
        dims,
        normalised: true,
        // An encoder's own says what it is made of, however that is laid out.
        fingerprint:
          about.kind === 'encoder' ? fingerprintOf(original) : (options.encoderFingerprint ?? null),
      },
    }),
    ...(tokens && { tokenizer: tokens.about }),
    config: { ...config },
    dtype: dtype === 'bf16' ? 'BF16' : 'F32',
    files: packed ? { ...original, ...(await describeFiles(folder, [PACKED_FILE])) } : original,
    licence,
    trainingData,
    golden,
  })
}

/** Writes texts and bytes as they are, and tensors as a file of them. */
async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array | readonly SafetensorsInput[]>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files))
    if (typeof content === 'string' || content instanceof Uint8Array)
      await writeFile(join(folder, name), content)
    else await writeSafetensors(join(folder, name), content, METADATA)
}

async function writePacked(weights: string, to: string, specs: ParameterSpecs): Promise<void> {
  using set = await packWeights(await openWeights([weights], { specs }), specs)
  await writeSafetensors(to, packedTensors(set), METADATA)
}

/**
 * Writes a bundle to another folder, or to its own, with more files or other ones. Throws VmmError NOT_FOUND or
 * BAD_FILE, and then the target is as it was.
 */
export async function extendBundle(
  folder: string,
  target: string,
  files: Readonly<Record<string, string | readonly SafetensorsInput[]>>,
): Promise<void> {
  checkFileNames(files)
  await healFolder(folder)
  const manifest = await readManifest(folder)
  await verifyFiles(folder, manifest)
  await replaceFolder(target, async (temporary) => {
    const kept = Object.keys(manifest.files).filter((name) => !Object.hasOwn(files, name))
    for (const name of kept) await copyFile(join(folder, name), join(temporary, name))
    await writeFiles(temporary, files)
    const described = await describeFiles(temporary, [...kept, ...Object.keys(files)])
    await writeManifest(temporary, { ...manifest, files: described })
  })
}

function isTokens(tokens: Tokens | undefined): boolean {
  const { content, about } = (tokens ?? {}) as Partial<Tokens>
  return typeof content === 'string' && typeof about?.file === 'string' && isFileName(about.file)
}

/** Other files must not take the place of those that make the model, also where a file system ignores case. */
function checkOtherFiles(files: Readonly<Record<string, unknown>>, others: readonly string[]): void {
  const isObject = typeof files === 'object' && files !== null
  check(isObject, 'files', files, 'an object of texts or bytes by name')
  checkFileNames(files)
  const own = [WEIGHTS_FILE, PACKED_FILE, MANIFEST_NAME, ...others]
  const taken = new Set(own.map((name) => name.toLowerCase()))
  for (const [name, content] of Object.entries(files)) {
    if (taken.has(name.toLowerCase()))
      throw badArgument('files', JSON.stringify(name), "other names than those of the model's own files")
    const isContent = typeof content === 'string' || content instanceof Uint8Array
    check(isContent, `files.${name}`, content, 'a text or bytes')
  }
}

function checkFileNames(files: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(files))
    if (!isFileName(name)) throw badArgument('files', JSON.stringify(name), 'plain file names')
}
