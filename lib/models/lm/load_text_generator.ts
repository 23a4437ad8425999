import { VmmError } from '../../core/errors.ts'
import { PUBLISHED_LANGUAGE_MODELS } from '../../hub/names.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { isPublished, modelFolder } from '../published/find.ts'
import { checkLoadTextGeneratorOptions, type LoadTextGeneratorOptions } from './published/options.ts'
import type { TextGenerator } from './text_generator.ts'

const SOUGHT = {
  kind: 'language model',
  known: PUBLISHED_LANGUAGE_MODELS.map(({ name }) => name),
}

/**
 * Loads a published language model that writes and scores texts: its folder, its repository (`openai-community/gpt2`) or its
 * short name (`gpt2`), once it was downloaded by `vmm pull` or Python; `download: true` fetches what is not there. GPT-2,
 * Mamba and T5 are read. Texts are continued as they stand: there are no chat templates. Throws VmmError NOT_FOUND,
 * BAD_FILE, UNSUPPORTED naming an architecture that is not known; what pullModel throws.
 *
 * @example
 * ```js
 * import { loadTextGenerator } from 'vector-mamba'
 *
 * const refused = await loadTextGenerator('gpt5').catch((error) => error.message)
 * console.log(refused.slice(0, 47)) // language model "gpt5": neither a known name (gp
 * ```
 */
export async function loadTextGenerator(
  name: string,
  options: LoadTextGeneratorOptions = {},
): Promise<TextGenerator> {
  checkLoadTextGeneratorOptions(options)
  const { cacheDir = cacheDirectory(), signal } = options
  const folder = await modelFolder(name, SOUGHT, options)
  signal?.throwIfAborted()
  if (!(await isPublished(folder)))
    throw new VmmError(
      'UNSUPPORTED',
      `${folder}: no published language model; loadLanguageModel opens bundles`,
    )
  const { openTextGenerator } = await import('./published/open.ts') // with tokenizers and readers that bundles do without
  return openTextGenerator(folder, name, cacheDir, options)
}
