import { readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether CMake has configured a folder for a checkout. A copied or moved folder names the checkout that it comes from,
 * and would be built from there, and into there.
 *
 * @param folder CMake's build folder
 * @param root   the top folder of the checkout
 */
export function isConfigured(folder, root) {
  const cache = cacheOf(folder)
  return cache !== null && isCacheOf(cache, folder, root)
}

/** Removes a build folder that CMake has configured for another checkout or under another path. */
export function removeForeign(folder, root) {
  const cache = cacheOf(folder)
  if (cache === null || isCacheOf(cache, folder, root)) return
  rmSync(folder, { recursive: true, force: true })
}

function isCacheOf(cache, folder, root) {
  return (
    isSamePlace(entryOf(cache, 'CMAKE_HOME_DIRECTORY'), root) &&
    isSamePlace(entryOf(cache, 'CMAKE_CACHEFILE_DIR'), folder)
  )
}

function entryOf(cache, name) {
  return new RegExp(`^${name}:INTERNAL=(.*)$`, 'm').exec(cache)?.[1]
}

function cacheOf(folder) {
  try {
    return readFileSync(join(folder, 'CMakeCache.txt'), 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

function isSamePlace(path, other) {
  try {
    return path !== undefined && realpathSync(path) === realpathSync(other)
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
    throw error
  }
}
