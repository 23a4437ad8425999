// What the package offers: names, what they bring with them, and that compilers of several kinds find their types.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { entryPoints, exportsOf, root } from './entry_points.ts'

const listed: Readonly<Record<string, { values: string[]; types: string[] }>> = JSON.parse(
  readFileSync(new URL('names.json', import.meta.url), 'utf8'),
)
const byCode = (a: string, b: string) => (a < b ? -1 : 1)

test('entry points and their names are those of names.json', async () => {
  assert.equal(entryPoints.map(({ specifier }) => specifier).sort(byCode), Object.keys(listed).sort(byCode))
  for (const entry of entryPoints) {
    const names = exportsOf(entry)
    const some = (type: boolean) => names.filter(({ isType }) => isType === type).map(({ name }) => name)
    const actual = { values: some(false).sort(byCode), types: some(true).sort(byCode) }
    assert.equal(actual, listed[entry.specifier], entry.specifier)
    assert.equal(Object.keys(await import(entry.specifier)).sort(byCode), actual.values, entry.specifier)
  }
})

test('a name stands in one entry point', () => {
  const all = entryPoints.flatMap((entry) => exportsOf(entry).map(({ name }) => name))
  assert.equal([...new Set(all)].length, all.length)
})

test('a plain import brings neither training nor evaluation', () => {
  const reached = new Set(['dist/index.js'])
  for (const file of reached)
    for (const [, to] of readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)\b.* from '(\.[^']+)'/gm,
    ))
      reached.add(posix.join(posix.dirname(file), to!))
  assert.ok(reached.size > 100)
  assert.equal(
    [...reached].filter((file) => /^dist\/(train|evaluate|cli)\//.test(file)),
    [],
  )
})

test('what can be imported can be required', () => {
  const code = `for (const specifier of ${JSON.stringify(Object.keys(listed))})
    import(specifier).then((module) => console.log(specifier, require(specifier) === module))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { cwd: root, encoding: 'utf8' })
  const lines = stdout.trim().split('\n').sort(byCode)
  assert.equal(
    lines,
    Object.keys(listed)
      .map((specifier) => `${specifier} true`)
      .sort(byCode),
    stderr,
  )
})

/** Uses names of every entry point, and options as a compiler has them that keeps undefined apart from nothing. */
const consumer = `
import { embedMany, loadModel, openConcepts, type Vectors, VmmError, vectorsFrom } from 'vector-mamba'
import { copyLast, comparePredictors } from 'vector-mamba/evaluate'
import { type TrainProgress, trainPredictor } from 'vector-mamba/train'

const threads = Math.random() < 2 ? undefined : 1
export async function main(): Promise<number> {
  await using model = await loadModel('use-lite', { cacheDir: undefined, signal: undefined })
  using concepts = await openConcepts(model, { scope: undefined, threads, onProgress: undefined })
  const { vectors } = await model.encode(['a'], { threads, device: undefined, onProgress: undefined })
  const again: Vectors = vectorsFrom(JSON.parse(JSON.stringify(vectors)))
  const rows: Float32Array[] = [...again, ...(await embedMany(model, ['b'], { threads }))]
  const [hits] = await concepts.nearest(again, 1, { threads })
  await comparePredictors([], again.dims, copyLast, {}, { context: threads, seed: threads })
  try {
    for await (const progress of trainPredictor({}, { cacheDir: undefined, threads })) {
      const { step }: TrainProgress = progress
      rows.length = step
    }
  } catch (error) {
    if (error instanceof VmmError && error.code === 'BAD_ARGUMENT') return error.message.length
  }
  return rows.length + (hits?.length ?? 0)
}
`

for (const module of ['node16', 'nodenext'])
  test(`the types fit ES modules and CommonJS, compiled with module ${module}`, () => {
    mkdirSync(join(root, 'build'), { recursive: true })
    const folder = mkdtempSync(join(root, 'build', 'consumer-'))
    try {
      const files = ['main.mts', 'main.cts'].map((name) => join(folder, name))
      for (const file of files) writeFileSync(file, consumer)
      const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--types', 'node']
      const target = ['--module', module, '--target', 'es2022', '--lib', 'es2022', '--ignoreConfig']
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, ...target, ...files], {
        cwd: folder,
        encoding: 'utf8',
      })
      assert.equal([status, stdout], [0, ''])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

test('declarations need no newer compiler than 5.4, which has no generic typed arrays', () => {
  for (const path of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.d.ts')) {
      const found = /\b(?:Float|Int|Uint|BigInt|BigUint)\d+(?:Clamped)?Array<|\bBuffer<|\bDataView</.exec(
        readFileSync(join(root, 'dist', path), 'utf8'),
      )
      assert.is(found?.[0], undefined, path)
    }
})

test.run()
