// A copied or moved checkout brings the build folder of the one that it comes from.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isConfigured, removeForeign } from '../../scripts/setup/cmake_cache.mjs'
import { temporaryFolder } from '../support/folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const places = temporaryFolder()
const place = (name: string) => join(places, name)
const folderOf = (checkout: string) => join(checkout, 'build', 'cmake')

/** What stands in place of cmake-js: configures as CMake does, where that was not done, and says which it found. */
const CMAKE_JS = `
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const after = (name) => process.argv[process.argv.indexOf(name) + 1].replace(/\\/$/, '')
const [home, out] = [after('--directory'), after('--out')]
const cache = join(out, 'CMakeCache.txt')
const found = existsSync(cache)
mkdirSync(out, { recursive: true })
if (!found) writeFileSync(cache, \`# of CMake\\nCMAKE_CACHEFILE_DIR:INTERNAL=\${out}\\nCMAKE_HOME_DIRECTORY:INTERNAL=\${home}\\n\`)
console.log(found ? 'built as configured' : 'configured anew')
`

/** A checkout with the real scripts. */
function checkout(name: string): string {
  const folder = place(name)
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
  const bin = join(folder, 'node_modules', 'cmake-js', 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'cmake-js'), CMAKE_JS)
  return folder
}

/** Builds by the real script; gives the log of the build. */
function build(folder: string): string {
  const args = [join(folder, 'scripts', 'build-native.mjs')]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.is(status, 0, stderr)
  return readFileSync(join(folder, 'build', 'build.log'), 'utf8')
}

test('the build is configured anew in a copy and after a move, and only there', () => {
  const first = checkout('first')
  assert.match(build(first), /configured anew/)
  assert.match(build(first), /built as configured/)
  cpSync(first, place('copy'), { recursive: true })
  writeFileSync(join(folderOf(place('copy')), 'object.o'), 'of the first checkout')
  assert.match(build(place('copy')), /configured anew/)
  assert.not(existsSync(join(folderOf(place('copy')), 'object.o')))
  assert.match(build(place('copy')), /built as configured/)
  renameSync(first, place('moved'))
  assert.match(build(place('moved')), /configured anew/)
})

test('a checkout is known by its place, whatever the path to it', () => {
  const here = checkout('here')
  assert.not(isConfigured(folderOf(here), here))
  removeForeign(folderOf(here), here)
  build(here)
  symlinkSync(here, place('link'))
  for (const path of [here, `${here}/`, place('link')]) assert.ok(isConfigured(folderOf(path), path), path)
  cpSync(here, place('there'), { recursive: true })
  assert.not(isConfigured(folderOf(place('there')), place('there')))
  assert.not(isConfigured(folderOf(here), place('there')))
  removeForeign(folderOf(here), here)
  assert.ok(existsSync(folderOf(here)))
})

test('a cache that was left half-written counts for nothing', () => {
  const half = checkout('half')
  mkdirSync(folderOf(half), { recursive: true })
  writeFileSync(join(folderOf(half), 'CMakeCache.txt'), '# of CMake\n')
  assert.not(isConfigured(folderOf(half), half))
  assert.match(build(half), /configured anew/)
})

test.run()
