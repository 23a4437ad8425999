// The order of the folders that ARCHITECTURE.md promises, and what an import of the package brings with it.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Folders of lib, lowest first. Those of one line do not know each other. */
const LAYERS = [
  ['core'],
  ['runtime'],
  ['tensor'],
  ['graph'],
  ['ops'],
  ['layers', 'io'],
  ['text', 'weights'],
  ['bundle'],
  ['models', 'concepts'],
  ['data'],
  ['evaluate'],
  ['train'],
  ['index.ts', 'cli'],
]
const levelOf = (path: string): number => LAYERS.findIndex((names) => names.includes(path.split('/')[1]!))

const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => posix.join('lib', path.replaceAll('\\', '/')))
  .sort()

interface Import {
  readonly from: string
  /** A path below lib, or the name of a package. */
  readonly to: string
  /** Needed to load the file: neither a type nor fetched later by import(). */
  readonly eager: boolean
}

/** `import … from '…'`, `export … from '…'`, `import '…'` and `import('…')`. */
const STATEMENT =
  /^(?:import|export)\s(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

const imports = files.flatMap((from) =>
  [...readFileSync(join(root, from), 'utf8').matchAll(STATEMENT)].map(
    ([, type, named, bare, later]): Import => {
      const target = (named ?? bare ?? later)!
      const to = target.startsWith('.') ? posix.join(posix.dirname(from), target) : target
      return { from, to, eager: type === undefined && later === undefined }
    },
  ),
)
const inside = imports.filter(({ to }) => to.startsWith('lib/'))

test('imports point downwards', () => {
  assert.ok(inside.length > 300, `${inside.length} imports were found`)
  for (const file of files) assert.ok(levelOf(file) >= 0, `${file} is in no layer`)
  for (const { from, to } of inside) {
    assert.ok(files.includes(to), `${from} imports ${to}`)
    const sameFolder = from.split('/')[1] === to.split('/')[1]
    assert.ok(sameFolder || levelOf(to) < levelOf(from), `${from} imports ${to}, which is not below it`)
  }
})

test('no file needs itself to load', () => {
  const needs = new Map<string, string[]>(files.map((file) => [file, []]))
  // An op and its adjoint name each other in their gradients, which run when all is loaded.
  const isOp = (path: string) => path.startsWith('lib/ops/')
  for (const { from, to, eager } of inside) if (eager && !(isOp(from) && isOp(to))) needs.get(from)!.push(to)
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    assert.not(path.includes(file), `a circle: ${[...path, file].join(' -> ')}`)
    if (done.has(file)) return
    for (const to of needs.get(file)!) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

test('lib imports the packages that it depends on, and node by its prefix', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest
  for (const { from, to, eager } of imports) {
    if (to.startsWith('lib/') || to.startsWith('node:') || to in dependencies) continue
    assert.ok(to in peerDependencies, `${from} imports ${to}`)
    assert.ok(!eager && peerDependenciesMeta[to].optional, `${from} needs ${to} to load`)
  }
})

test('importing the package loads neither the addon nor another package', () => {
  const reached = new Set(['lib/index.ts'])
  for (const file of reached)
    for (const { from, to, eager } of imports) {
      if (from !== file || !eager) continue
      if (to.startsWith('lib/')) reached.add(to)
      else assert.ok(to.startsWith('node:'), `${from} imports ${to}`)
    }
  assert.ok(reached.size > 100)
  const code = `
    process.dlopen = () => { throw new Error('the addon was loaded') }
    await import('vector-mamba')
    console.log('imported')`
  const flags = ['--input-type=module', '--eval', code]
  const { stdout, stderr } = spawnSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })
  assert.equal([stdout, stderr], ['imported\n', ''])
})

test.run()
