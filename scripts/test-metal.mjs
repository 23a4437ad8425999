// Builds the emulated Metal device and the kernels for it, and runs the tests of the suite `metal`.
// Ends with the line `N passed, N failed`, or with exit code 77 and the reason where it cannot run.
//
//   node scripts/test-metal.mjs [--build-only] [part of a path…]
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './setup/paths.mjs'

const node = (...args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
    child.on('error', () => resolve(1)).on('close', (code) => resolve(code ?? 1))
  })

/** Side by side: the kernels' compiler may have to be fetched first. */
async function build() {
  const device = ['--build-dir', join('build', 'metal'), '--CDVMM_METAL_EMULATED=ON']
  const [kernels, addon] = await Promise.all([
    node('--import', 'tsx', 'scripts/metal/build.ts'),
    // One instruction set is enough to compare with.
    node('scripts/build-native.mjs', ...device, '--CDVMM_SCALAR=ON'),
  ])
  return kernels || addon
}

process.exitCode =
  (await node('scripts/setup/typescript.mjs')) ||
  (await build()) ||
  (process.argv.includes('--build-only')
    ? 0
    : await node('scripts/test.mjs', 'metal', ...process.argv.slice(2)))
