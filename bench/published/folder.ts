import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildOnce } from '../../lib/io/build_once.ts'
import { type SafetensorsInput, writeSafetensors } from '../../lib/io/safetensors/file.ts'
import { count } from '../../lib/tensor/shape.ts'
import type { ParameterSpec } from '../../lib/weights/specs.ts'
import { type Fill, random32, randomElements } from '../random.ts'
import { configOf, type PublishedModel } from './models.ts'
import { frequentWords } from './vocabulary.ts'

/** Raised when folders are written otherwise than before. */
const FORMAT = 1
/** Where rows keep what they need files for. */
export const buildDir = fileURLToPath(new URL('../../build/bench', import.meta.url))

/** Where the rows keep what loading makes, apart from the user's own cache. */
export const cacheDir = join(buildDir, 'cache')

/** Where the folder of a model is, or will be. */
export function publishedPath({ name }: Pick<PublishedModel, 'name'>): string {
  return join(buildDir, `published-${FORMAT}`, name)
}

/** The folder of a model with random weights, in the layout of the hub. It is written on the first call. */
export function publishedFolder(model: PublishedModel): Promise<string> {
  return buildOnce(publishedPath(model), (folder) => writeModel(model, folder))
}

/** Writes the files of a model into a folder. */
export async function writeModel(model: PublishedModel, folder: string): Promise<void> {
  const { name, family, config, maxTokens, dense, dtype } = model
  const write = (value: object, ...path: readonly string[]) =>
    writeFile(join(folder, ...path), JSON.stringify(value))
  const complete = configOf(model)
  const tokenizer = model.tokenizer(await frequentWords())
  const kinds = ['Transformer', 'Pooling', ...(dense === null ? [] : ['Dense']), 'Normalize']
  const pathOf = (i: number) => (i === 0 ? '' : `${i}_${kinds[i]}`)
  const modules = kinds.map((kind, idx) => ({
    ...{ idx, name: String(idx), path: pathOf(idx) },
    type: `sentence_transformers.models.${kind}`,
  }))
  for (const i of kinds.keys()) await mkdir(join(folder, pathOf(i)), { recursive: true })
  await write(config, 'config.json')
  await write(tokenizer.json, 'tokenizer.json')
  await write(tokenizer.config, 'tokenizer_config.json')
  await write(modules, 'modules.json')
  await write({ max_seq_length: maxTokens, do_lower_case: false }, 'sentence_bert_config.json')
  const width = (complete as { readonly width?: number }).width
  const pooling = { word_embedding_dimension: width, pooling_mode_mean_tokens: true }
  await write(pooling, '1_Pooling', 'config.json')
  const random = random32(name.length)
  const tensors = Object.entries(family.parameters(complete)).map(([own, spec]) =>
    randomTensor(own, spec, dtype, random),
  )
  const isHead = ({ name }: SafetensorsInput) => name.startsWith('dense.0.')
  const whole = tensors.filter((tensor) => !isHead(tensor))
  await writeSafetensors(join(folder, 'model.safetensors'), whole, { format: 'pt' })
  if (dense === null) return
  const head = tensors
    .filter(isHead)
    .map((tensor) => ({ ...tensor, name: tensor.name.replace('dense.0.', 'linear.') }))
  await writeSafetensors(join(folder, '2_Dense', 'model.safetensors'), head, { format: 'pt' })
  await write(
    {
      ...{ in_features: width, out_features: dense.dims, bias: dense.bias },
      activation_function: 'torch.nn.modules.linear.Identity',
    },
    ...['2_Dense', 'config.json'],
  )
}

/** A tensor of a size at which rows stay as large as they are. */
export function randomTensor(
  name: string,
  spec: ParameterSpec,
  dtype: PublishedModel['dtype'],
  random: () => number,
): SafetensorsInput {
  const element = ({ F32: 'f32', F16: 'f16', BF16: 'bf16' } as const)[dtype]
  const data = () => randomElements(element, count(spec.shape), fillOf(name, spec), random)
  return { name, dtype, shape: spec.shape, data }
}

/** Products keep the size of rows, norms and biases do little; T5's queries are scaled when they are trained, not when run. */
function fillOf(name: string, { shape, product }: ParameterSpec): Fill {
  const around = (middle: number, bound: number) => ({ low: middle - bound, high: middle + bound })
  if (product) return around(0, Math.sqrt(3 / shape[1]!) / (name.endsWith('SelfAttention.q.weight') ? 8 : 1))
  if (shape.length > 1) return around(0, 1)
  return around(name.endsWith('bias') ? 0 : 1, 0.1)
}
