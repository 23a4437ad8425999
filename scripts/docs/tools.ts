import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { installNpm } from '../install/once.ts'

/** The top folder of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Has a TypeScript of its own: that of the repository has no interface for programs. */
const FOLDER = join(ROOT, 'tools', 'docs')
const packages = createRequire(join(FOLDER, 'package.json'))

/** Installs the tools when they are first needed. Returns why it could not, or null. */
export function installTools(): string | null {
  return installNpm(FOLDER)
}

/** A tool, by the name of its package. `T` is what of it is used. */
export async function tool<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(packages.resolve(name)).href)) as T
}

/** An entry point of the package: `vector-mamba/train`, and its file without ending, `train/index`. */
export interface EntryPoint {
  readonly specifier: string
  readonly file: string
}

/** What package.json exports and has types. */
export function entryPoints(): EntryPoint[] {
  const manifest = createRequire(import.meta.url)(join(ROOT, 'package.json')) as {
    readonly name: string
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  }
  return Object.entries(manifest.exports).flatMap(([path, entry]) =>
    typeof entry === 'string'
      ? []
      : [
          {
            specifier: manifest.name + path.slice(1),
            file: entry.default.replace('./dist/', '').replace(/\.js$/, ''),
          },
        ],
  )
}
