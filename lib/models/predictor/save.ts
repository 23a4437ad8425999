import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeFiles, writeManifest } from '../../bundle/manifest.ts'
import { replaceFolder } from '../../bundle/replace_folder.ts'
import { type SafetensorsInput, writeSafetensors } from '../../bundle/safetensors.ts'
import { badArgument, check } from '../../runtime/errors.ts'
import { encodeNumbers } from '../../tensor/dtype.ts'
import { count } from '../../tensor/shape.ts'
import type { PredictorConfig } from './config.ts'
import { predictorParameters } from './parameters.ts'

export const PREDICTOR_WEIGHTS = 'model.safetensors'

export interface SavePredictorOptions {
  readonly config: PredictorConfig
  /** f32, by the names of predictorParameters. */
  readonly parameters: Readonly<Record<string, Float32Array>>
  /** How matrices are stored, bf16 when left out. Vectors and scan parameters stay f32. */
  readonly dtype?: 'bf16' | 'f32' | undefined
  /** SPDX expression. */
  readonly licence: string
  readonly trainingData: string
  /** Other files of the bundle, by name: a model card, what an evaluation needs. */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined
}

/**
 * Writes a predictor as a bundle that loadPredictor reads, or replaces one as a whole. Throws VmmError BAD_ARGUMENT
 * for parameters that are missing, unknown, of another size or not finite; NOT_FOUND when the parent folder is missing;
 * BAD_FILE when writing fails, and then the folder is as it was.
 */
export async function savePredictor(folder: string, options: SavePredictorOptions): Promise<void> {
  const { config, parameters, dtype = 'bf16', licence, trainingData, files = {} } = options
  check(dtype === 'bf16' || dtype === 'f32', 'dtype', dtype, 'bf16 | f32')
  const tensors = tensorsOf(config, parameters, dtype)
  await replaceFolder(folder, async (temporary) => {
    await writeSafetensors(join(temporary, PREDICTOR_WEIGHTS), tensors, { format: 'vector-mamba' })
    for (const [name, content] of Object.entries(files)) await writeFile(join(temporary, name), content)
    await writeManifest(temporary, {
      kind: 'predictor',
      space: config.space,
      dims: config.dims,
      config: { ...config },
      dtype: dtype === 'bf16' ? 'BF16' : 'F32',
      files: await describeFiles(temporary, [PREDICTOR_WEIGHTS, ...Object.keys(files)]),
      licence,
      trainingData,
      golden: [],
    })
  })
}

function tensorsOf(
  config: PredictorConfig,
  parameters: Readonly<Record<string, Float32Array>>,
  dtype: 'bf16' | 'f32',
): SafetensorsInput[] {
  const specs = predictorParameters(config)
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
