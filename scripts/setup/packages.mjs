import { spawnSync } from 'node:child_process'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'

/** Runs `npm ci` unless node_modules holds exactly what package-lock.json asks for. */
export function installPackages() {
  if (isInstalled(ROOT)) return
  if (lstatSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Error(
      'node_modules is a link to a folder that does not fit package-lock.json: update it there.',
    )
  console.error('setup: installing packages (npm ci)')
  // Nothing we use needs its install script.
  const npm = process.env.npm_execpath
  const command = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  const { status, error } = spawnSync(
    command[0],
    [...command.slice(1), 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: ROOT, stdio: ['ignore', 2, 2] },
  )
  if (status !== 0)
    throw new Error(`npm ci failed${error ? `: ${error.message}` : ''}. Is the registry within reach?`)
}

/** Compares a folder's lockfile with the one that npm leaves inside node_modules; times would lie after a checkout. */
export function isInstalled(folder) {
  const wanted = packagesOf(join(folder, 'package-lock.json'))
  const present = packagesOf(join(folder, 'node_modules', '.package-lock.json'))
  return (
    present !== null &&
    Object.entries(wanted).every(
      ([path, { version, optional, link }]) =>
        path === '' || link || present[path]?.version === version || (optional && !present[path]),
    )
  )
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}
