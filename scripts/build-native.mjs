// Builds the addon with cmake-js, incrementally. Quiet unless it fails.
// --build-dir DIR or VMM_BUILD_DIR: build there instead of in build/, so that several builds can coexist.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { removeForeign } from './setup/cmake_cache.mjs'
import { ROOT as root } from './setup/paths.mjs'

const flag = process.argv.indexOf('--build-dir')
const folder = resolve(root, (flag > 0 ? process.argv[flag + 1] : process.env.VMM_BUILD_DIR) || 'build')
const settings = process.argv.slice(2).filter((a) => a.startsWith('--CD'))
const lock = join(folder, '.lock')

mkdirSync(folder, { recursive: true })
await takeLock()
let status
try {
  status = build()
} finally {
  rmSync(lock, { force: true })
}
process.exit(status)

function build() {
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js')
  const out = join(folder, 'cmake')
  removeForeign(out, root)
  const parameters = ['build', '--directory', root, '--out', out]
  parameters.push(
    '--parallel',
    String(availableParallelism()),
    `--CDVMM_OUTPUT_DIR=${join(folder, 'Release')}`,
  )
  const made = spawnSync(process.execPath, [cmakeJs, ...parameters, ...settings], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const log = `${made.stdout ?? ''}${made.stderr ?? ''}${made.error ?? ''}`
  writeFileSync(join(folder, 'build.log'), log)
  if (made.status === 0) return 0
  console.error(log)
  console.error(
    `The native addon could not be built (${process.platform}-${process.arch}). It needs CMake 3.22 or newer, make or` +
      ' ninja, and a C++20 compiler: g++ 12 or clang 15 or newer.\n' +
      (process.platform === 'darwin'
        ? '  xcode-select --install; brew install cmake'
        : '  apt install cmake ninja-build g++   or   dnf install cmake ninja-build gcc-c++'),
  )
  return made.status || 1
}

/** Waits until no other build uses the folder. A lock whose process is gone is taken over. */
async function takeLock() {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!isAlive(owner())) rmSync(lock, { force: true })
    else await new Promise((done) => setTimeout(done, 200))
  }
}

function owner() {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return 0
  }
}

function isAlive(pid) {
  // An empty file is a lock that is just being written.
  if (!pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
