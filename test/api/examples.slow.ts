// What the package exports is told in docstrings, and their examples print what they say.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/folder.ts'
import { docstringsOf, examplesOf } from './docstrings.ts'
import { entryPoints, exportsOf, root } from './entry_points.ts'

const exported = entryPoints.flatMap(exportsOf)
const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => posix.join('lib', path.replaceAll('\\', '/')))
  .sort()
const examples = files.flatMap(examplesOf)

test('all that is exported has a docstring', () => {
  const without = exported.filter((name) => docstringsOf(name).length === 0)
  assert.equal(
    without.map(({ file, local }) => `${file}: ${local}`),
    [],
  )
})

test('all values that are exported have an example', () => {
  const without = exported.filter(
    (name) => !name.isType && !docstringsOf(name).some((doc) => doc.includes('@example\n')),
  )
  assert.equal(
    without.map(({ file, local }) => `${file}: ${local}`),
    [],
  )
})

test('examples use what the package exports, and say what they print', () => {
  for (const { file, line, code, printed } of examples) {
    const where = `${file}:${line}`
    for (const [, from] of code.matchAll(/\bfrom '([^']+)'/g))
      assert.ok(from!.startsWith('node:') || entryPoints.some(({ specifier }) => specifier === from), where)
    assert.ok(printed.length > 0, where)
  }
})

mkdirSync(join(root, 'build'), { recursive: true })
const modules = mkdtempSync(join(root, 'build', 'examples-'))
try {
  const nameOf = (i: number) => `${String(i).padStart(3, '0')}.mjs`
  for (const [i, { code }] of examples.entries()) writeFileSync(join(modules, nameOf(i)), code)
  const runner = fileURLToPath(new URL('run_examples.mjs', import.meta.url))
  const { stdout, stderr } = spawnSync(process.execPath, [runner, modules, temporaryFolder()], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const results = stdout === '' ? {} : JSON.parse(stdout)
  for (const [i, { file, line, printed }] of examples.entries())
    test(`${file}:${line}`, () => {
      const { lines, error } = results[nameOf(i)] ?? { lines: [], error: stderr }
      assert.is(error, null)
      assert.equal(lines, printed)
    })
} finally {
  rmSync(modules, { recursive: true, force: true })
}

test.run()
