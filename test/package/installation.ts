// Packages as npm packs them, installed from their tarballs into folders of their own.
import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/folder.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Tarball {
  readonly name: string
  readonly path: string
  /** Paths inside. */
  readonly files: readonly string[]
}

type Manifest = Record<string, unknown> & { name: string; version: string }

/** Packs the package in a folder of the project. */
export function pack(folder: string, destination: string): Tarball {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', destination]
  const [packed] = JSON.parse(output('npm', args, { cwd: join(ROOT, folder) })) as [
    { name: string; filename: string; files: { path: string }[] },
  ]
  return {
    name: packed.name,
    path: join(destination, packed.filename),
    files: packed.files.map(({ path }) => path),
  }
}

/**
 * Installs tarballs into a new folder, without any script. The lockfile has what the project's has, so that npm
 * finds everything in its cache.
 *
 * @param programs files of this folder to copy there
 */
export function install(tarballs: readonly Tarball[], programs: readonly string[]): string {
  const folder = temporaryFolder()
  for (const { path } of tarballs) cpSync(path, join(folder, basename(path)))
  for (const name of programs) cpSync(new URL(name, import.meta.url), join(folder, name))
  const dependencies = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${basename(path)}`]))
  const own = { name: 'consumer', private: true, dependencies }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own))
  const packages = { '': own, ...runtimePackages(), ...Object.fromEntries(tarballs.map(lockEntry)) }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }))
  const args = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  output('npm', args, { cwd: folder })
  return folder
}

/** What the project's lockfile has beside the tools of its developers. */
function runtimePackages(): Record<string, object> {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: true; devOptional?: true; link?: true }>
  }
  return Object.fromEntries(
    Object.entries(lock.packages).filter(
      ([path, { dev, devOptional, link }]) =>
        path.startsWith('node_modules/') && !dev && !devOptional && !link,
    ),
  )
}

function lockEntry({ name, path }: Tarball): [string, object] {
  const { version, dependencies, bin } = manifestIn(path)
  return [`node_modules/${name}`, { version, dependencies, bin, resolved: `file:${basename(path)}` }]
}

function manifestIn(tarball: string): Manifest {
  return JSON.parse(output('tar', ['xzOf', tarball, 'package/package.json'])) as Manifest
}

/** Everything below a folder of packages that would make npm run something at their installation. */
export function installSteps(modules: string): string[] {
  return readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name === 'package.json' || name === 'binding.gyp')
    .flatMap(({ name, parentPath }) => {
      const place = relative(modules, parentPath).split(sep).join('/')
      // Files of this name deeper inside a package are not read by npm.
      if (!/(^|node_modules\/)(@[^/]+\/)?[^/@]+$/.test(place)) return []
      if (name === 'binding.gyp') return [`${place}: binding.gyp`]
      const { scripts = {} } = JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as {
        scripts?: Record<string, string>
      }
      return ['preinstall', 'install', 'postinstall']
        .filter((script) => script in scripts)
        .map((script) => `${place}: ${script}`)
    })
}

/** What a program prints. Throws all that it printed as an Error where it ends badly. */
export function output(command: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const ended = spawnSync(command, args, { ...options, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (ended.status === 0) return ended.stdout
  const why = ended.error?.message ?? `${ended.stdout}${ended.stderr}`
  throw new Error(`${[command, ...args].join(' ')}\n${why}`)
}
