import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isConfigured } from './cmake_cache.mjs'
import { isOlder } from './node.mjs'
import { ROOT } from './paths.mjs'

/** Oldest compilers that know all of C++20 and the instruction sets that the kernels use. */
const COMPILERS = { GCC: '12', Clang: '15', 'Apple Clang': '15' }

const INSTALL = {
  linux: 'On Debian or Ubuntu: apt-get install g++ make cmake. On Fedora: dnf install gcc-c++ make cmake.',
  darwin: 'On macOS: xcode-select --install, and CMake from https://cmake.org or Homebrew.',
}

const FOLDER = join(ROOT, 'build', 'cmake')

/** Builds the addon; CMake decides what is out of date. */
export function buildNative() {
  const configured = isConfigured(FOLDER, ROOT)
  requireTools(configured)
  if (!configured) console.error('setup: building the native addon for the first time')
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build-native.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('the native addon does not build; the reason stands above.')
}

function requireTools(configured) {
  if (!INSTALL[process.platform])
    throw new Error(`the native addon is built on Linux and macOS, not on ${process.platform}.`)
  const compiler = [process.env.CXX, 'c++', 'g++', 'clang++'].find(
    (name) => name && isOnPath(name.split(' ')[0]),
  )
  const missing = [
    !compiler && 'a C++ compiler',
    !isOnPath('make') && !isOnPath('ninja') && 'make',
    !isOnPath('cmake') && 'cmake',
  ].filter(Boolean)
  if (missing.length > 0)
    throw new Error(
      `missing: ${missing.join(', ')}. ${INSTALL[process.platform]} Then run the same command again.`,
    )
  // Versions are asked for before the first build only: each question costs a process.
  if (configured) return
  requireCMake()
  requireCompiler(compiler)
}

function requireCMake() {
  const floor = /cmake_minimum_required\(VERSION ([\d.]+)/.exec(
    readFileSync(join(ROOT, 'CMakeLists.txt'), 'utf8'),
  )[1]
  const version = /(\d+\.\d+(\.\d+)?)/.exec(output('cmake', '--version'))?.[1]
  if (version && isOlder(version, floor))
    throw new Error(`CMake ${version} is too old: ${floor} or newer is needed. ${INSTALL[process.platform]}`)
}

function requireCompiler(compiler) {
  const text = output(compiler, '--version')
  const kind = /Apple clang/.test(text) ? 'Apple Clang' : /clang/i.test(text) ? 'Clang' : 'GCC'
  const version = /(\d+\.\d+(\.\d+)?)/.exec(text)?.[1]
  if (version && isOlder(version, COMPILERS[kind]))
    throw new Error(
      `${kind} ${version} (${compiler}) is too old: ${COMPILERS[kind]} or newer is needed. Another compiler can be named by CXX.`,
    )
}

function output(command, ...args) {
  const [program, ...rest] = command.split(' ')
  return spawnSync(program, [...rest, ...args], { encoding: 'utf8' }).stdout ?? ''
}

function isOnPath(program) {
  const folders = program.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
