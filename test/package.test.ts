// The package as it is published.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

test('the tarball holds what runs, and nothing that makes npm build at install', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  for (const path of [
    'package.json',
    'README.md',
    'LICENSE',
    'NOTICE',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/index.d.cts',
  ])
    assert.ok(paths.includes(path), path)
  assert.ok(paths.includes(manifest.bin.vmm))
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
  const { status, stdout } = spawnSync(join(root, manifest.bin.vmm), ['--version'], { encoding: 'utf8' })
  assert.equal([status, stdout], [0, `${manifest.version}\n`])
})

test('the package can be imported and required', () => {
  for (const code of [
    "import('vector-mamba').then((m) => console.log(typeof m.loadModel))",
    "console.log(typeof require('vector-mamba').loadModel)",
  ]) {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { cwd: root, encoding: 'utf8' })
    assert.is(stdout, 'function\n', stderr)
  }
})

test.run()
