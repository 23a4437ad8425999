import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, resolve as resolvePath } from 'node:path'
import { badArgument, describe, VmmError } from '../core/errors.ts'
import { BUNDLE_KINDS, type BundleKind } from './kinds.ts'
import { MANIFEST_NAME } from './manifest.ts'

/** Finds a file of an installed package, `package/file`. Throws where there is none. */
export type ResolveFile = (file: string) => string

export interface ResolveOptions {
  /** Models that are known by name, and what gives the folder of each. */
  readonly named?: Readonly<Record<string, () => Promise<string>>> | undefined
  /** How packages are found. Default: from this package. */
  readonly resolve?: ResolveFile | undefined
  /** What relative folders begin at. Default: the working directory. */
  readonly base?: string | undefined
}

/**
 * The folder of a bundle: a model that is known by name, a folder, or an installed package that is one.
 *
 * @param name the default of the kind when left out
 * @throws VmmError BAD_ARGUMENT for what is no name, NOT_FOUND where there is no such bundle; what makes a named one throws
 */
export async function resolveBundle(
  name: string | undefined,
  kind: BundleKind,
  options: ResolveOptions = {},
): Promise<string> {
  const { named = {}, resolve = createRequire(import.meta.url).resolve, base = '.' } = options
  const wanted = name ?? BUNDLE_KINDS[kind].default
  if (typeof wanted !== 'string' || wanted === '')
    throw badArgument('name', describe(wanted), "a model's name, a bundle's folder, or an installed package")
  if (Object.hasOwn(named, wanted)) return named[wanted]!()
  const folder = resolvePath(base, wanted)
  const found = await stat(folder).catch(() => null)
  if (found?.isDirectory()) return folder
  const installed = installedBundle(wanted, resolve)
  if (installed !== null) return installed
  const names = Object.keys(named)
  const known = names.length > 0 ? `a known name (${names.join(', ')}), ` : ''
  const message = `${kind} ${describe(wanted)}: neither ${known}a folder nor an installed package`
  throw new VmmError('NOT_FOUND', message, { argument: 'name' })
}

/** The folder of an installed package that is a bundle, or null. */
export function installedBundle(
  name: string,
  resolve: ResolveFile = createRequire(import.meta.url).resolve,
): string | null {
  try {
    return dirname(resolve(`${name}/${MANIFEST_NAME}`))
  } catch {
    return null
  }
}
