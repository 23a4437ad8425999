import { readManifestOf } from '../../bundle/open.ts'
import { resolveBundle } from '../../bundle/resolve.ts'
import type { LanguageModel } from '../../models/lm/language_model.ts'
import { languageModelParameters } from '../../models/lm/parameters.ts'
import { parameterCount } from '../../weights/specs.ts'
import type { CliContext } from '../context.ts'

/**
 * The folder of a language model, or null where none is named: no package of one is published. Throws VmmError NOT_FOUND;
 * UNSUPPORTED for bundles of another kind.
 */
export async function findLanguageModel(
  name: string | undefined,
  { resolve }: Pick<CliContext, 'resolve'>,
): Promise<string | null> {
  if (name === undefined) return null
  const folder = await resolveBundle(name, 'lm', { resolve })
  await readManifestOf(folder, 'lm')
  return folder
}

/** What reports say of a language model. */
export function aboutLanguageModel({ name, fingerprint, config }: LanguageModel) {
  return { name, fingerprint, parameters: parameterCount(languageModelParameters(config)) }
}
