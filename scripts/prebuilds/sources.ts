// Whether the addons would be built from what they were last built from, on any machine: built.json has the hash of
// all that goes into them. It is written when all of them were built and found right, and belongs into the commit.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ROOT } from '../metal/paths.ts'

export const RECORD = 'scripts/prebuilds/built.json'
const INPUTS = [
  'CMakeLists.txt',
  'cmake',
  'kernels',
  'native',
  'scripts/build-native.mjs',
  'scripts/prebuilds',
  'scripts/prebuilds.ts',
  'scripts/zig.mjs',
  'tools/zig/package-lock.json',
]
const NOT_IN_ADDONS = /^native\/(test|metal_emulated)\/|^scripts\/prebuilds\/built\.json$/
const PACKAGES = ['cmake-js', 'node-addon-api', 'node-api-headers']

/** The hash of the sources, of the build's description and of the tools' versions. */
export function hashOfSources(root: string = ROOT): string {
  const hash = createHash('sha256')
  for (const path of INPUTS.flatMap((input) => filesIn(root, input)).sort())
    if (!NOT_IN_ADDONS.test(path))
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(root, path)))
        .update('\0')
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>
  }
  for (const name of PACKAGES) hash.update(`${name} ${packages[`node_modules/${name}`]!.version}\0`)
  return hash.digest('hex')
}

export function recordedHash(root: string = ROOT): string | null {
  const path = join(root, RECORD)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { sources: string }).sources : null
}

/** Returns whether the record was another one. */
export function record(sources: string, root: string = ROOT): boolean {
  if (recordedHash(root) === sources) return false
  writeFileSync(join(root, RECORD), `${JSON.stringify({ sources }, null, 2)}\n`)
  return true
}

function filesIn(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => relative(root, join(parentPath, name)).split(sep).join('/'))
}
