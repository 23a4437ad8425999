import { join } from 'node:path'
import { saveLanguageModel } from '../../lib/models/lm/save.ts'
import { config, parameters, tokens } from '../models/lm/support.ts'
import { temporaryFolder } from '../support/folder.ts'

/** The folder of a bundle: a language model with random weights, of the tiny world's tokens. */
export async function tinyLanguageModelBundle(): Promise<string> {
  const folder = join(temporaryFolder(), 'tiny-lm')
  await saveLanguageModel(folder, { config, tokens, parameters, licence: 'CC0-1.0', trainingData: 'none' })
  return folder
}
