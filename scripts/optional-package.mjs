// node scripts/optional-package.mjs <folder>: makes packages/<folder> ready, so that a clone finds it as if it were installed. Its
// packages are installed where they are missing or others than its package-lock.json asks for, it is compiled, and it and the
// library are linked into each other's node_modules. Exits with 77 and the reason where no registry is within reach.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isInstalled } from './setup/packages.mjs'
import { ROOT } from './setup/paths.mjs'
import { buildTypeScript } from './setup/typescript.mjs'

/** What npm says where it cannot ask a registry. */
const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|ENOTCACHED/

const [asked = ''] = process.argv.slice(2)
const folder = join(ROOT, 'packages', asked)
if (!/^[a-z-]+$/.test(asked) || !existsSync(join(folder, 'package.json')))
  fail(1, `no package '${asked}'; there are ${readdirSync(join(ROOT, 'packages')).join(', ')}`)
const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
if (!isInstalled(folder)) install()
// Its types are those of dist.
await buildTypeScript()
compile()
link(join(ROOT, 'node_modules', name), folder)
link(join(folder, 'node_modules', 'vector-mamba'), ROOT)

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

function link(path, folder) {
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
