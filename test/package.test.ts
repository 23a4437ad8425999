// The package as it is published.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from './support/folder.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const { stdout: packed } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
})
const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }]
const paths = files.map(({ path }) => path)

/** The files that are packed and no others, installed in a folder of their own. */
const folder = temporaryFolder()
const installed = join(folder, 'node_modules', manifest.name)
for (const path of paths) cpSync(join(root, path), join(installed, path))
for (const name of Object.keys(manifest.dependencies)) {
  mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}

/** All paths that a part of package.json names. */
const targets = (part: unknown): string[] =>
  typeof part === 'string' ? [part] : Object.values(part as object).flatMap(targets)

test('the tarball holds what runs, and nothing that makes npm build at install', () => {
  const named = [manifest.exports, manifest.types, manifest.bin].flatMap(targets)
  assert.ok(named.length > 10)
  for (const path of ['README.md', 'LICENSE', 'NOTICE', 'docs/cli.md', 'examples/worker.mjs', ...named])
    assert.ok(paths.includes(normalize(path)), path)
  assert.not(paths.some((path) => /binding\.gyp|CMakeLists|^(lib|native|test|build|scripts)\//.test(path)))
  assert.is(manifest.gypfile, false)
  // npm runs `prepare` for folders and archives that are no registry's, and warns of it.
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
    assert.not(script in manifest.scripts)
})

test('npm has nothing to ask in a clone: of each package with an install script it is said that it may not run', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: true }>
  }
  const names = Object.entries(packages)
    .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  assert.equal(manifest.allowScripts, Object.fromEntries(names.map((name) => [name, false])))
})

test('the command is a program of its own', () => {
  const { status, stdout } = spawnSync(join(installed, manifest.bin.vmm), ['--version'], { encoding: 'utf8' })
  assert.equal([status, stdout], [0, `${manifest.version}\n`])
})

test('a command that needs a package says how to install it', () => {
  const { status, stderr } = spawnSync(join(installed, manifest.bin.vmm), ['serve'], { encoding: 'utf8' })
  const need = 'vmm serve needs the package vector-mamba-server: npm install vector-mamba-server'
  assert.equal([status, stderr], [1, `vmm: ${need}\n`])
})

test('each entry point can be imported and required from what is packed', () => {
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
  assert.equal(entries, ['.', './train', './curate', './evaluate'])
  for (const entry of entries) {
    const name = manifest.name + entry.slice(1)
    const code = `import('${name}').then((m) => console.log(Object.keys(m).length > 3, m.default === undefined, require('${name}') === m))`
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { cwd: folder, encoding: 'utf8' })
    assert.is(stdout, 'true true true\n', stderr)
  }
})

test.run()
