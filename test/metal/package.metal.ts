// What the addon brings for Metal: a kernel for every op, their text, and the self-test of the command line.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allOps } from '../../lib/graph/define.ts'
import { preprocess } from '../../scripts/metal/build.ts'
import { kernelOps, ROOT } from '../../scripts/metal/paths.ts'
import { meaningful, tokenize } from '../../scripts/metal/tokens.ts'
import { embeddedSource, emulatedSet } from '../support/metal.ts'
import '../../lib/ops/index.ts'

test('every op has a Metal kernel', () => {
  assert.equal(
    kernelOps(),
    allOps()
      .map(({ name }) => name)
      .sort(),
  )
})

test('what is embedded is the kernels and their headers, word by word', async () => {
  const folder = join('build', 'metal', 'embedded')
  mkdirSync(join(ROOT, folder), { recursive: true })
  const words = async (source: string) =>
    meaningful(tokenize(await preprocess(source)))
      .map(({ token }) => token.text)
      .join(' ')
  for (const op of kernelOps()) {
    const text = embeddedSource(op)
    assert.not.match(text, /#include "/, op)
    const source = join(folder, `${op}.metal`)
    writeFileSync(join(ROOT, source), text)
    const kernels = await words(`kernels/${op}.metal`)
    assert.ok(kernels.includes('kernel void'), op)
    assert.is(await words(source), kernels, op)
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
