import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top folder of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Names of the ops that have a Metal kernel: kernels/<op>.metal. */
export function kernelOps(): string[] {
  return readdirSync(join(ROOT, 'kernels'))
    .filter((name) => name.endsWith('.metal'))
    .map((name) => name.replace(/\.metal$/, ''))
    .sort()
}
