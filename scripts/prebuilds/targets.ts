// The platforms that the package brings addons for.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../metal/paths.ts'

export interface Target {
  /** <platform>-<arch>, as node-gyp-build has it. */
  readonly name: string
  /** What zig compiles for, with the oldest glibc or macOS. */
  readonly triple: string
  /** Relative to the project. */
  readonly path: string
  /** Whether the sources of the Metal kernels must be in the addon. */
  readonly metal: boolean
}

export const targets: readonly Target[] = [
  linux('linux-x64', 'x86_64-linux-gnu.2.28'),
  linux('linux-arm64', 'aarch64-linux-gnu.2.28'),
  {
    name: 'darwin-arm64',
    // Metal 3.1, which has bfloat, came with macOS 14.
    triple: 'aarch64-macos.14.0',
    path: 'prebuilds/darwin-arm64/vector_mamba.napi.node',
    metal: true,
  },
]

/** The targets of these names, or all. Throws an Error that lists them for a name that there is not. */
export function targetsNamed(names: readonly string[]): readonly Target[] {
  const known = targets.map(({ name }) => name)
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined) throw new Error(`no target ${wrong}; there are ${known.join(', ')}`)
  return targets.filter(({ name }) => names.length === 0 || names.includes(name))
}

export function pathOf(target: Target): string {
  return join(ROOT, target.path)
}

/** Null where its addon is here, otherwise the reason for leaving out what needs it. */
export function notBuilt(target: Target): string | null {
  return existsSync(pathOf(target)) ? null : `no addon for ${target.name} here: npm run prebuilds builds it`
}

function linux(name: string, triple: string): Target {
  // node-gyp-build reads the tags in a name: with `glibc` it passes the file over where the libc is musl.
  return { name, triple, path: `prebuilds/${name}/vector_mamba.napi.glibc.node`, metal: false }
}
