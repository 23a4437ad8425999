import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { isAbsolute, resolve } from 'node:path'
import { packageFolder } from '../../bundle/open.ts'
import { VmmError } from '../../core/errors.ts'
import { fileError, systemCode } from '../../io/files.ts'
import { DEFAULT_ENCODER } from './run_config.ts'

/**
 * The folder of a model that a config names: one beside the config, or else that of an installed package. Throws
 * VmmError NOT_FOUND that names the key; BAD_FILE for a folder that cannot be read and a package that is no bundle.
 */
export async function modelFolder(base: string, key: string, name: string): Promise<string> {
  const found = await findFolder(base, key, name)
  if (found === null) throw notFound(base, key, name)
  return found
}

/**
 * What the encoder of a config is loaded by: its folder, where it is one in the sense of modelFolder; or else its name.
 * Throws likewise, and NOT_FOUND for what can be no name: a path, or a folder that lies in the working directory only.
 */
export async function encoderName(base: string, name: string): Promise<string> {
  if (name === DEFAULT_ENCODER) return name
  const found = await findFolder(base, 'encoder', name)
  if (found !== null) return found
  if (isPath(name) || (await isFolder(name))) throw notFound(base, 'encoder', name)
  return name
}

async function findFolder(base: string, key: string, name: string): Promise<string | null> {
  const beside = resolve(base, name)
  if (await isFolder(beside)) return beside
  if (isPath(name)) return null
  try {
    return packageFolder(name, createRequire(import.meta.url).resolve)
  } catch (cause) {
    if (systemCode(cause) === 'MODULE_NOT_FOUND') return null
    throw new VmmError('BAD_FILE', `${key} ${JSON.stringify(name)}: ${(cause as Error).message}`, {
      argument: key,
      cause,
    })
  }
}

/** True for what can only be a path, and no name of a package. */
function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.{1,2}([/\\]|$)/.test(name)
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false
    throw fileError(path, 'read', error)
  }
}

function notFound(base: string, key: string, name: string): VmmError {
  const message = `${key} ${JSON.stringify(name)}: neither the folder ${resolve(base, name)} nor an installed package`
  return new VmmError('NOT_FOUND', message, { argument: key })
}
