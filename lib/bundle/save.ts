import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { badArgument, check } from '../core/errors.ts'
import { replaceFolder } from '../io/replace_folder.ts'
import { type SafetensorsInput, writeSafetensors } from '../io/safetensors/file.ts'
import { encodeNumbers } from '../tensor/dtype.ts'
import { count } from '../tensor/shape.ts'
import type { ParameterSpecs } from '../weights/specs.ts'
import { describeFiles, type Manifest, readManifest, verifyFiles, writeManifest } from './manifest.ts'

/** The weights of a bundle. */
export const WEIGHTS_FILE = 'model.safetensors'

/** What the bundles of all trained models have. */
export interface SaveOptions {
  /** f32, by the names of the model's parameters. */
  readonly parameters: Readonly<Record<string, Float32Array>>
  /** How matrices are stored, bf16 when left out. Vectors stay f32. */
  readonly dtype?: 'bf16' | 'f32' | undefined
  /** SPDX expression. */
  readonly licence: string
  readonly trainingData: string
  /** Other files of the bundle, by name: a model card, what an evaluation needs. */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined
}

/** What the manifest says besides. */
export type BundleAbout = Pick<Manifest, 'kind' | 'space' | 'dims' | 'capacityTokens'> & {
  readonly config: object
}

/**
 * Writes a model as a bundle, or replaces one as a whole. Throws VmmError BAD_ARGUMENT for parameters that are missing,
 * unknown, of another size or not finite; NOT_FOUND when the parent folder is missing; BAD_FILE when writing fails, and
 * then the folder is as it was.
 */
export async function saveBundle(
  folder: string,
  { config, ...about }: BundleAbout,
  specs: ParameterSpecs,
  options: SaveOptions,
): Promise<void> {
  const { parameters, dtype = 'bf16', licence, trainingData, files = {} } = options
  check(dtype === 'bf16' || dtype === 'f32', 'dtype', dtype, 'bf16 | f32')
  const tensors = storedTensors(specs, parameters, dtype)
  await replaceFolder(folder, async (temporary) => {
    await writeSafetensors(join(temporary, WEIGHTS_FILE), tensors, { format: 'vector-mamba' })
    for (const [name, content] of Object.entries(files)) await writeFile(join(temporary, name), content)
    await writeManifest(temporary, {
      ...about,
      config: { ...config },
      dtype: dtype === 'bf16' ? 'BF16' : 'F32',
      files: await describeFiles(temporary, [WEIGHTS_FILE, ...Object.keys(files)]),
      licence,
      trainingData,
      golden: [],
    })
  })
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
  const manifest = await readManifest(folder)
  await verifyFiles(folder, manifest)
  await replaceFolder(target, async (temporary) => {
    const kept = Object.keys(manifest.files).filter((name) => !(name in files))
    for (const name of kept) await copyFile(join(folder, name), join(temporary, name))
    for (const [name, content] of Object.entries(files))
      if (typeof content === 'string') await writeFile(join(temporary, name), content)
      else await writeSafetensors(join(temporary, name), content, { format: 'vector-mamba' })
    const described = await describeFiles(temporary, [...kept, ...Object.keys(files)])
    await writeManifest(temporary, { ...manifest, files: described })
  })
}

/** Parameters as a file has them. Throws VmmError BAD_ARGUMENT as saveBundle does. */
export function storedTensors(
  specs: ParameterSpecs,
  parameters: Readonly<Record<string, Float32Array>>,
  dtype: 'bf16' | 'f32',
): SafetensorsInput[] {
  for (const name of Object.keys(parameters))
    if (!(name in specs)) throw badArgument(`parameters.${name}`, 'a tensor', 'a parameter of the config')
  return Object.entries(specs).map(([name, { shape, storage }]) => {
    const data = parameters[name]
    check(
      data instanceof Float32Array && data.length === count(shape),
      `parameters.${name}`,
      data,
      `a Float32Array of ${count(shape)}`,
    )
    const bad = data.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0) throw badArgument(`parameters.${name}[${bad}]`, String(data[bad]), 'finite numbers')
    return dtype === 'bf16' && storage === 'bf16'
      ? { name, dtype: 'BF16', shape, data: encodeNumbers(data, 'bf16') }
      : { name, dtype: 'F32', shape, data }
  })
}
