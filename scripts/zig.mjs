// Prints the path of zig (tools/zig, some 400 MB), which brings a clang that compiles Metal kernels for the CPU, and
// prebuilt addons for all platforms. Installs it the first time. Nothing that users run asks for it. Exits with 77
// where it cannot be had.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup/paths.mjs'

const folder = join(ROOT, 'tools', 'zig')
const name = `node_modules/@zigc/${process.platform}-${process.arch}`
const zig = join(folder, name, 'bin', 'zig')

if (!existsSync(zig)) install()
console.log(zig)

function install() {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  if (!packages[name]) fail(`tools/zig has no zig for ${process.platform}-${process.arch}`)
  console.error('zig: installing it into tools/zig (npm ci)')
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0 || !existsSync(zig)) fail(`npm ci in tools/zig failed${error ? `: ${error.message}` : ''}`)
}

function fail(why) {
  console.error(`skipped: ${why}`)
  process.exit(77)
}
