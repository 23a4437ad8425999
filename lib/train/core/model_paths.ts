import { resolve } from 'node:path'
import { findBundle, isPath } from '../../bundle/resolve.ts'
import { VmmError } from '../../core/errors.ts'
import { isFolder } from '../../io/look.ts'
import { NAMED_MODELS } from '../../models/families/index.ts'

/**
 * The folder of a model that a config names: one beside the config, or else that of an installed package. Throws
 * VmmError NOT_FOUND that names the key; BAD_FILE for a folder that cannot be read and a package that is no bundle.
 */
export async function modelFolder(base: string, key: string, name: string): Promise<string> {
  const found = await findBundle(name, { base })
  if (found === null) throw notFound(base, key, name)
  return found
}

/**
 * What the encoder of a config is loaded by: its folder, where it is one in the sense of modelFolder; or else its name.
 * Throws likewise, and NOT_FOUND for what can be no name: a path, or a folder that lies in the working directory only.
 */
export async function encoderName(base: string, name: string): Promise<string> {
  if (Object.hasOwn(NAMED_MODELS, name)) return name
  const found = await findBundle(name, { base })
  if (found !== null) return found
  if (isPath(name) || (await isFolder(name))) throw notFound(base, 'encoder', name)
  return name
}

function notFound(base: string, key: string, name: string): VmmError {
  const message = `${key} ${JSON.stringify(name)}: neither the folder ${resolve(base, name)} nor an installed package`
  return new VmmError('NOT_FOUND', message, { argument: key })
}
