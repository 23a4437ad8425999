// The addons of the package: what must hold of each for it to load elsewhere, and that what does not hold is seen.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { missingKernels, problemsOf } from '../../scripts/prebuilds/check.ts'
import { notCrossBuilt } from '../../scripts/prebuilds/compiled_here.ts'
import { pathOf, type Target, targetsNamed } from '../../scripts/prebuilds/targets.ts'
import { testUnless } from '../support/skip.ts'
import { ROOT } from './installation.ts'

const [linux, arm64, darwin] = targetsNamed([]) as [Target, Target, Target]

for (const target of [linux, arm64, darwin])
  testUnless(notCrossBuilt(target), target.name, () => {
    assert.equal(problemsOf(target, readFileSync(pathOf(target))), [])
  })

/** What is said of an addon in which some bytes, at their first place, are others. */
function problemsWith(target: Target, some: string, others: string): string[] {
  const bytes = readFileSync(pathOf(target))
  const at = bytes.indexOf(some, 0, 'latin1')
  assert.ok(at > 0 && some.length === others.length, some)
  bytes.write(others, at, 'latin1')
  return problemsOf(target, bytes)
}

const LINUX = [
  ['libdl.so.2', 'libxx.so.2', 'needs libxx.so.2'],
  ['GLIBC_2.17', 'GLIBC_2.29', 'needs a newer glibc than 2.28: GLIBC_2.29'],
  ['GLIBC_2.17', 'CXXABI_1.3', 'needs the version CXXABI_1.3'],
  ['napi_throw', 'napi_xhrow', 'finds nowhere napi_xhrow'],
  ['napi_register_module_v1', 'napi_register_module_v2', 'does not export napi_register_module_v1'],
] as const
for (const [some, others, problem] of LINUX)
  testUnless(notCrossBuilt(linux), `on Linux: ${problem}`, () => {
    for (const target of [linux, arm64].filter((each) => !notCrossBuilt(each)))
      assert.ok(problemsWith(target, some, others).includes(problem))
  })

const MACOS = [
  ['/usr/lib/libSystem.B.dylib', '/usr/lib/libSystem.C.dylib', 'loads /usr/lib/libSystem.C.dylib'],
  ['@rpath/vector_mamba.node', '/build/vector_mamba.node', 'has the install name /build/vector_mamba.node'],
  // The platform 1, and version 14.0 as 16.8.8 bits.
  ['\x01\0\0\0\0\0\x0e\0', '\x01\0\0\0\0\0\x0f\0', 'is for macOS 15.0, not 14.0'],
  ['_napi_throw', '_napi_xhrow', 'finds nowhere _napi_xhrow'],
  ['_pthread_create', '_pthread_xreate', 'asks libSystem for _pthread_xreate'],
] as const
for (const [some, others, problem] of MACOS)
  testUnless(notCrossBuilt(darwin), `on macOS: ${problem}`, () => {
    const [first, ...rest] = problemsWith(darwin, some, others)
    assert.is(first, problem)
    // What is altered is also not what was signed.
    assert.ok(rest.length > 0 && rest.every((line) => /^has a wrong hash of page \d+$/.test(line)))
  })

testUnless(notCrossBuilt(darwin), 'one byte of code that was not signed', () => {
  const bytes = readFileSync(pathOf(darwin))
  bytes[0x8000 + 5]! ^= 1
  assert.equal(problemsOf(darwin, bytes), ['has a wrong hash of page 2'])
})

testUnless(notCrossBuilt(linux), 'an addon for another processor, and no addon at all', () => {
  assert.is(problemsOf(arm64, readFileSync(pathOf(linux)))[0], 'is for machine 62, not 183')
  const cut = readFileSync(pathOf(linux)).subarray(0, 1000)
  for (const target of [linux, darwin])
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(4096), cut])
      assert.match(problemsOf(target, bytes)[0]!, /^cannot be read: /)
})

testUnless(notCrossBuilt(linux), 'a folder of the machine that built it', () => {
  const bytes = Buffer.concat([readFileSync(pathOf(linux)), Buffer.from(`${ROOT}native/memory`)])
  assert.equal(problemsOf(linux, bytes), [`holds the path ${ROOT}`])
})

test('sources of Metal kernels that are not there', () => {
  const folder = join(ROOT, 'kernels')
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.metal'))
    .map((name) => readFileSync(join(folder, name)))
  assert.equal(missingKernels(Buffer.concat(sources)), [])
  const [first, ...rest] = missingKernels(Buffer.concat(sources.slice(1)))
  assert.match(first!, /^lacks of \w+\.metal: \/\/ /)
  assert.ok(rest.length > 0 && rest.every((line) => /^lacks of \w+\.metal: kernel void \w+$/.test(line)))
})

test('a target that there is not', () => {
  assert.throws(() => targetsNamed(['win32-x64']), /no target win32-x64; there are linux-x64, linux-arm64, /)
})

test.run()
