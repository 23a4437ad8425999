import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCommonJsTypes } from './commonjs_types.mjs'
import { ROOT } from './paths.mjs'

const STAMP = join(ROOT, 'build', 'typescript.stamp')
const CLI = join(ROOT, 'dist', 'cli', 'main.js')

/** Compiles lib to dist when something changed since the last time. */
export async function buildTypeScript() {
  const fingerprint = fingerprintOfSources()
  if (existsSync(CLI) && read(STAMP) === fingerprint) return
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('the TypeScript sources do not compile.')
  removeOrphans()
  await writeCommonJsTypes()
  chmodSync(CLI, 0o755)
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, fingerprint)
}

function fingerprintOfSources() {
  const hash = createHash('sha256')
  const inputs = [
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
    'package-lock.json',
    ...filesBelow('lib'),
  ]
  for (const path of inputs) {
    const { size, mtimeMs } = statSync(join(ROOT, path))
    hash.update(`${path}\0${size}\0${mtimeMs}\0`)
  }
  return hash.digest('hex')
}

/** Removes outputs of sources that are gone: dist is published as it is. */
function removeOrphans() {
  const sources = new Set(filesBelow('lib'))
  for (const path of filesBelow('dist')) {
    const source = path.replace(/^dist/, 'lib').replace(/(\.d\.c?ts|\.js)$/, '.ts')
    if (!sources.has(source)) rmSync(join(ROOT, path))
  }
}

function filesBelow(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort()
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTypeScript()
