// What the addon brings for Metal: a kernel for every op, their text, and the self-test of the command line.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allOps } from '../../lib/graph/define.ts'
import { buildKernel } from '../../scripts/metal/build.ts'
import { kernelOps, ROOT } from '../../scripts/metal/paths.ts'
import { embeddedSource, emulatedSet, librariesOf } from '../support/metal.ts'
import '../../lib/ops/index.ts'

test('every op has a Metal kernel', () => {
  assert.equal(
    kernelOps(),
    allOps()
      .map(({ name }) => name)
      .sort(),
  )
})

test('what is embedded compiles by itself', () => {
  const folder = relative(ROOT, join(librariesOf('plain'), '..', 'embedded'))
  for (const op of kernelOps()) {
    const source = join(folder, `${op}.metal`)
    mkdirSync(join(ROOT, folder), { recursive: true })
    const text = embeddedSource(op)
    assert.not.match(text, /#include "/, op)
    writeFileSync(join(ROOT, source), text)
    buildKernel({ source, output: join(ROOT, folder, `${op}.so`), mode: 'plain' })
  }
})

test('vmm doctor --device runs every sample of every op', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, 'lib/cli/main.ts', 'doctor', '--device', emulatedSet],
    { cwd: ROOT, encoding: 'utf8' },
  )
  assert.is(stderr, '')
  const samples = allOps().reduce((sum, op) => sum + op.definition.samples.length, 0)
  const all = `${allOps().length} ops, ${samples} samples: ${samples} agree, 0 do not\n`
  assert.ok(status === 0 && stdout.endsWith(all), stdout)
})

test.run()
