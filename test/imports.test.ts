// The floors of lib as ARCHITECTURE.md draws them, and what an import of the package brings with it.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { circleOf, circleText, floorsOf, importsOf, notDownwards, subfolder } from './support/import_graph.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => posix.join('lib', path.replaceAll('\\', '/')))
  .sort()
/** Folders between lib, whose own folders the floors keep apart, and a file. */
const foldersAbove = (path: string): string[] => {
  const folder = posix.dirname(path)
  return folder === 'lib' ? [] : [folder, ...foldersAbove(folder)]
}
const folders = [...new Set(files.flatMap(foldersAbove))].sort()
const floors = floorsOf(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))

const imports = files.flatMap((path) => importsOf(path, readFileSync(join(root, path), 'utf8')))
const inside = imports.filter(({ to }) => to.startsWith('lib/'))

test('imports are found', () => {
  assert.ok(inside.length > 300, `${inside.length} imports were found`)
  for (const { from, to } of inside) assert.ok(files.includes(to), `${from} imports ${to}`)
})

test('the floors of ARCHITECTURE.md name what is in lib, each once', () => {
  const there = new Set(files.map((path) => path.split('/')[1]))
  assert.equal(floors.flat().sort(), [...there].sort())
})

test('imports point to lower floors', () => {
  for (const { from, to } of notDownwards(inside, 'lib', floors))
    assert.unreachable(`${from} imports ${to}, which is not below it`)
})

test('no files need each other in a circle, for types or later either', () => {
  const circle = circleOf(inside)
  assert.ok(circle.length === 0, `a circle: ${circleText(circle)}`)
})

test('no sub-folders of a folder need each other in a circle', () => {
  for (const folder of folders) {
    const circle = circleOf(inside, (path) => subfolder(folder, path))
    assert.ok(circle.length === 0, `a circle: ${circleText(circle)}`)
  }
})

test('lib imports the packages that it depends on, and node by its prefix', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest
  for (const { from, to, kind } of imports) {
    if (to.startsWith('lib/') || to.startsWith('node:') || to in dependencies) continue
    assert.ok(to in peerDependencies, `${from} imports ${to}`)
    assert.ok(kind !== 'eager' && peerDependenciesMeta[to].optional, `${from} needs ${to} to load`)
  }
})

test('importing the package loads neither the addon nor another package', () => {
  const reached = new Set(['lib/index.ts'])
  for (const file of reached)
    for (const { from, to, kind } of imports) {
      if (from !== file || kind !== 'eager') continue
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
