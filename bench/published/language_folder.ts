import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildOnce } from '../../lib/io/build_once.ts'
import { writeSafetensors } from '../../lib/io/safetensors/file.ts'
import { random32 } from '../random.ts'
import { publishedPath, randomTensor } from './folder.ts'
import { languageConfigOf, type PublishedLanguageModel } from './language_models.ts'
import { frequentWords } from './vocabulary.ts'

/** The folder of a language model with random weights in f32, in the layout of the hub. It is written on the first call. */
export function languageFolder(model: PublishedLanguageModel): Promise<string> {
  return buildOnce(publishedPath(model), (folder) => writeLanguageModel(model, folder))
}

/** Writes the files of a language model into a folder. */
export async function writeLanguageModel(model: PublishedLanguageModel, folder: string): Promise<void> {
  const { name, family, config } = model
  const write = (value: object, file: string) => writeFile(join(folder, file), JSON.stringify(value))
  const { json } = model.tokenizer(await frequentWords())
  await write(config, 'config.json')
  await write(json, 'tokenizer.json')
  // Without the names of tokens: one of them would end texts.
  await write({ tokenizer_class: 'PreTrainedTokenizerFast' }, 'tokenizer_config.json')
  const complete = languageConfigOf(model)
  const random = random32(name.length)
  const isTied = family.tied(complete) !== null
  const tensors = Object.entries(family.parameters(complete)).flatMap(([own, spec]) => {
    if (isTied && own === 'head.weight') return []
    const { shape, ...tensor } = randomTensor(own, spec, 'F32', random)
    return [{ ...tensor, shape: family.transposed?.(own) ? [...shape].reverse() : shape }]
  })
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' })
}
