// node scripts/store-package.mjs <kind>: makes packages/store-<kind> ready, so that a clone's openStore finds it. Its packages
// are installed where they are missing or others than its package-lock.json asks for, it is compiled, and it is linked into
// node_modules. Exits with 77 and the reason where no registry is within reach.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isInstalled } from './setup/packages.mjs'
import { ROOT } from './setup/paths.mjs'
import { buildTypeScript } from './setup/typescript.mjs'

/** What npm says where it cannot ask a registry. */
const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|ENOTCACHED/

const [kind = ''] = process.argv.slice(2)
const name = `vector-mamba-store-${kind}`
const folder = join(ROOT, 'packages', `store-${kind}`)
if (!/^[a-z]+$/.test(kind) || !existsSync(join(folder, 'package.json'))) {
  const kinds = readdirSync(join(ROOT, 'packages')).map((one) => one.replace(/^store-/, ''))
  fail(1, `no package for stores of kind '${kind}'; there are ${kinds.join(', ')}`)
}
if (!isInstalled(folder)) install()
// Its types are those of dist.
await buildTypeScript()
compile()
link()

function install() {
  console.error(`${name}: installing its packages (npm ci)`)
  const npm = process.env.npm_execpath
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return
  const why = `${stderr ?? ''}${error?.message ?? ''}`.trim()
  if (OFFLINE.test(why)) fail(77, `${name}: no registry within reach`)
  fail(1, `${name}: npm ci failed: ${why}`)
}

function compile() {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  if (status !== 0) fail(1, `${name}: the TypeScript sources do not compile:\n${stdout}`)
}

function link() {
  const path = join(ROOT, 'node_modules', name)
  const target = relative(dirname(path), folder)
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there?.isSymbolicLink() && readlinkSync(path) === target) return
  if (there !== undefined && !there.isSymbolicLink()) fail(1, `${path}: is no link; remove it`)
  rmSync(path, { force: true })
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

function fail(code, message) {
  console.error(code === 77 ? `skipped: ${message}` : message)
  process.exit(code)
}
