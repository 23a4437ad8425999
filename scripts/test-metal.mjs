// Builds the emulated Metal device and the kernels for it, and runs the tests of the suite `metal`.
// Ends with the line `N passed, N failed`, or with exit code 77 and the reason where it cannot run.
//
//   node scripts/test-metal.mjs [--build-only] [part of a path…]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './setup/paths.mjs'

const node = (...args) => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1

const folder = join('build', 'metal')
const status =
  node('scripts/setup/typescript.mjs') ||
  node('--import', 'tsx', 'scripts/metal/build.ts') ||
  // One instruction set is enough to compare with.
  node('scripts/build-native.mjs', '--build-dir', folder, '--CDVMM_METAL_EMULATED=ON', '--CDVMM_SCALAR=ON') ||
  (process.argv.includes('--build-only') ? 0 : node('scripts/test.mjs', 'metal', ...process.argv.slice(2)))
process.exitCode = status
