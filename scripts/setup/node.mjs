import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

/** Throws when this Node is older than package.json allows. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const floor = engines.node.replace('>=', '')
  if (isOlder(process.versions.node, floor))
    throw new Error(
      `Node ${process.versions.node} is too old: ${floor} or newer is needed (https://nodejs.org).`,
    )
}

/** Compares versions such as '3.25.1' and '3.22' number by number. */
export function isOlder(version, floor) {
  const have = version.split('.').map(Number)
  for (const [i, need] of floor.split('.').map(Number).entries()) {
    const part = have[i] ?? 0
    if (part !== need) return part < need
  }
  return false
}
