import { BUNDLE_KINDS } from '../../bundle/kinds.ts'
import { readManifestOf } from '../../bundle/open.ts'
import { installedBundle, resolveBundle } from '../../bundle/resolve.ts'
import { VmmError } from '../../core/errors.ts'
import type { OptionSpec } from '../command.ts'
import type { CliContext } from '../context.ts'

/** The kinds of bundles whose weights come as packages of their own. */
export const PACKAGED_KINDS = ['predictor', 'inverter'] as const
export type PackagedKind = (typeof PACKAGED_KINDS)[number]

/** What is used when no other bundle of a kind is named. */
export const packageOf = (kind: PackagedKind): string => BUNDLE_KINDS[kind].default

/** The option that names a bundle. */
export function bundleOption(kind: PackagedKind) {
  const help = `folder of a bundle or installed package (default: ${packageOf(kind)})`
  return { type: 'string', value: 'NAME', help } as const satisfies OptionSpec
}

/** The folder of a bundle, or null when the default one is not installed. Throws NOT_FOUND for others. */
export async function findPackaged(
  kind: PackagedKind,
  name: string | undefined,
  { resolve }: Pick<CliContext, 'resolve'>,
): Promise<string | null> {
  if (name !== undefined) return resolveBundle(name, kind, { resolve })
  return installedBundle(packageOf(kind), resolve)
}

/** The folder of a bundle. Throws VmmError NOT_FOUND where there is none, with what to do about it. */
export async function needPackaged(
  kind: PackagedKind,
  name: string | undefined,
  context: Pick<CliContext, 'resolve'>,
): Promise<string> {
  const folder = await findPackaged(kind, name, context)
  if (folder !== null) return folder
  const advice = `the package ${packageOf(kind)} is not installed; name one with --${kind}`
  throw new VmmError('NOT_FOUND', `no ${kind}: ${advice}`)
}

/**
 * The folder of a bundle that a command can do without: null, and on stderr what is missing and why, where the default
 * one is not there or is of another space.
 */
export async function findFitting(
  kind: PackagedKind,
  name: string | undefined,
  space: string,
  missing: string,
  context: Pick<CliContext, 'resolve' | 'stderr'>,
): Promise<string | null> {
  const folder = await findPackaged(kind, name, context)
  if (name !== undefined) return folder
  const without = (reason: string) => {
    context.stderr.write(`vmm: ${missing}: ${packageOf(kind)} ${reason}\n`)
    return null
  }
  if (folder === null) return without(`is not installed (npm install ${packageOf(kind)})`)
  const { name: other } = (await readManifestOf(folder, kind)).space!
  return other === space ? folder : without(`reads vectors of ${other}, not of ${space}`)
}
