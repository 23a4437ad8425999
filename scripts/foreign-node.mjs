// Prints, as JSON, the command that starts a Node of another version or processor:
//   node scripts/foreign-node.mjs linux-arm64 22.23.3
// It is fetched from npm's registry into build/ the first time. Another processor is emulated by QEMU.
// Exits with 77 and the reason where it cannot be had.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { succeeds } from './run-program.mjs'
import { ROOT } from './setup/paths.mjs'

/** The compiler for arm64 brings the libraries that emulated programs run with. */
export const ARM64_COMPILER = 'aarch64-linux-gnu-g++'
const EMULATOR = 'qemu-aarch64'
const DEBIAN_PACKAGES = 'g++-aarch64-linux-gnu qemu-user'

/** Path of a Node for <platform>-<arch>, from npm's registry the first time. Throws where it cannot be had. */
export function foreignNode(platform, version) {
  const name = `node-${platform}-${version}`
  const home = join(ROOT, 'build', name)
  const path = join(home, 'package', 'bin', 'node')
  if (existsSync(path)) return path
  // Complete before it gets its name: an interrupted download must not be taken for it.
  const unfinished = `${home}.part`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const archive = join(unfinished, `${name}.tgz`)
  const fetched =
    succeeds('npm', ['pack', `node-${platform}@${version}`, '--pack-destination', unfinished]) &&
    succeeds('tar', ['xzf', archive, '-C', unfinished, 'package/bin/node'])
  if (!fetched) throw new Error(`node-${platform}@${version} cannot be had from npm's registry`)
  rmSync(archive)
  renameSync(unfinished, home)
  return path
}

/** What runs programs for arm64 Linux: a command and its first arguments. Throws where it is not installed. */
export function arm64Emulator() {
  if (process.platform !== 'linux') throw new Error('arm64 is emulated on Linux only')
  const missing = [ARM64_COMPILER, EMULATOR].filter((tool) => spawnSync(tool, ['--version']).status !== 0)
  if (missing.length > 0) throw new Error(`no ${missing.join(' and ')} (apt-get install ${DEBIAN_PACKAGES})`)
  const { stdout } = spawnSync(ARM64_COMPILER, ['-print-file-name=libc.so.6'], { encoding: 'utf8' })
  return [EMULATOR, '-L', dirname(dirname(realpathSync(stdout.trim())))]
}

function runnerOf(platform) {
  if (platform === `${process.platform}-${process.arch}`) return []
  if (platform === 'linux-arm64') return arm64Emulator()
  throw new Error(`programs for ${platform} do not run here`)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    const [platform, version] = process.argv.slice(2)
    console.log(JSON.stringify([...runnerOf(platform), foreignNode(platform, version)]))
  } catch (error) {
    console.error(`skipped: ${error.message}`)
    process.exitCode = 77
  }
