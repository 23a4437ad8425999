import { createRequire } from 'node:module'
import { dirname, isAbsolute, resolve as resolvePath } from 'node:path'
import { badArgument, describe, VmmError } from '../core/errors.ts'
import { systemCode } from '../io/files.ts'
import { isFolder } from '../io/look.ts'
import { healFolder } from '../io/replace_folder.ts'
import { BUNDLE_KINDS, type BundleKind } from './kinds.ts'
import { MANIFEST_NAME } from './manifest.ts'

/** Finds a file of an installed package, `package/file`. Throws where there is none. */
export type ResolveFile = (file: string) => string

export interface ResolveOptions {
  /** How packages are found. Default: from this package. */
  readonly resolve?: ResolveFile | undefined
  /** What relative folders begin at. Default: the working directory. */
  readonly base?: string | undefined
}

const LONGEST_PATH = 1024

/**
 * The folder of a bundle: a folder, or an installed package that is one.
 *
 * @param name the default of the kind when left out
 * @throws VmmError BAD_ARGUMENT for what is no name, NOT_FOUND where there is no such bundle; what findBundle throws
 */
export async function resolveBundle(
  name: string | undefined,
  kind: BundleKind,
  options: ResolveOptions = {},
): Promise<string> {
  const wanted = name ?? BUNDLE_KINDS[kind].default
  if (typeof wanted !== 'string' || wanted === '')
    throw badArgument('name', describe(wanted), "a model's name, a bundle's folder, or an installed package")
  const found = await findBundle(wanted, options)
  if (found !== null) return found
  // A path is told whole: its end is what somebody has to look at.
  const told = wanted.length <= LONGEST_PATH ? JSON.stringify(wanted) : describe(wanted)
  const message = `${kind} ${told}: neither a folder nor an installed package`
  throw new VmmError('NOT_FOUND', message, { argument: 'name' })
}

/**
 * The folder of that name, or that of the installed package; null where there is neither. Throws VmmError BAD_FILE for a
 * folder that cannot be looked at, and for a package that is no bundle.
 */
export async function findBundle(
  name: string,
  { base = '.', resolve }: ResolveOptions = {},
): Promise<string | null> {
  const folder = resolvePath(base, name)
  if (await isFolder(folder)) return folder
  // A process that was killed while it replaced the folder may have left it beside its place.
  await healFolder(folder)
  if (await isFolder(folder)) return folder
  return isPath(name) ? null : installedBundle(name, resolve)
}

/** The folder of an installed package, or null. Throws VmmError BAD_FILE for one that is no bundle. */
export function installedBundle(
  name: string,
  resolve: ResolveFile = createRequire(import.meta.url).resolve,
): string | null {
  try {
    return dirname(resolve(`${name}/${MANIFEST_NAME}`))
  } catch (cause) {
    if (systemCode(cause) === 'MODULE_NOT_FOUND') return null
    throw new VmmError('BAD_FILE', `package ${describe(name)}: ${(cause as Error).message}`, { cause })
  }
}

/** True for what can only be a path, and no name of a package. */
export function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.{1,2}([/\\]|$)/.test(name)
}
