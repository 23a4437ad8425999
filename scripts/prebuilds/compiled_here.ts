// The addon that was compiled on this machine, where it stands in for the prebuilt one: it serves tests of the package, and
// is never published, since prepublishOnly builds all of them.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../metal/paths.ts'
import { notBuilt, pathOf, type Target } from './targets.ts'

const COMPILED = join(ROOT, 'build', 'Release', 'vector_mamba.node')

export function copyCompiled(target: Target): void {
  mkdirSync(dirname(pathOf(target)), { recursive: true })
  copyFileSync(COMPILED, pathOf(target))
}

/** Null where the addon of a target is here and was built for other machines too, otherwise the reason. */
export function notCrossBuilt(target: Target): string | null {
  const reason = notBuilt(target)
  if (reason !== null || !existsSync(COMPILED)) return reason
  if (!readFileSync(COMPILED).equals(readFileSync(pathOf(target)))) return null
  return `the addon for ${target.name} here was compiled on this machine: npm run prebuilds builds it for others`
}

export function isCrossBuilt(target: Target): boolean {
  return notCrossBuilt(target) === null
}
