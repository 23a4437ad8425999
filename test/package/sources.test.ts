// What makes the addons of other platforms be built again.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hashOfSources, RECORD, record, recordedHash } from '../../scripts/prebuilds/sources.ts'
import { temporaryFolder } from '../support/folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const copy = temporaryFolder()
for (const path of ['CMakeLists.txt', 'cmake', 'kernels', 'native', 'scripts', 'package-lock.json'])
  cpSync(join(ROOT, path), join(copy, path), { recursive: true })
mkdirSync(join(copy, 'tools', 'zig'), { recursive: true })
cpSync(join(ROOT, 'tools/zig/package-lock.json'), join(copy, 'tools/zig/package-lock.json'))

test('a copy elsewhere has the same hash', () => {
  assert.is(hashOfSources(copy), hashOfSources(ROOT))
})

for (const path of [
  'native/program/execute.cc',
  'kernels/fill.metal',
  'cmake/zig.cmake',
  'scripts/prebuilds.ts',
])
  test(`another byte in ${path} makes another hash`, () => {
    const [file, before] = [join(copy, path), hashOfSources(copy)]
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}\n`)
    assert.is.not(hashOfSources(copy), before)
    writeFileSync(file, text)
    assert.is(hashOfSources(copy), before)
  })

test('a new file and another version of a tool make another hash, C++ tests do not', () => {
  const before = hashOfSources(copy)
  writeFileSync(join(copy, 'native/test/test_new.cc'), '')
  assert.is(hashOfSources(copy), before)
  writeFileSync(join(copy, 'native/program/new.cc'), '')
  const more = hashOfSources(copy)
  assert.is.not(more, before)
  const lock = join(copy, 'package-lock.json')
  const versions = /("node_modules\/node-addon-api": \{\s+"version": ")[^"]+/
  assert.match(readFileSync(lock, 'utf8'), versions)
  writeFileSync(lock, readFileSync(lock, 'utf8').replace(versions, '$10.0.1'))
  assert.is.not(hashOfSources(copy), more)
})

test('the record is written once, and is no source itself', () => {
  const sources = hashOfSources(copy)
  assert.ok(record(sources, copy))
  assert.is(recordedHash(copy), sources)
  assert.not(record(sources, copy))
  assert.is(hashOfSources(copy), sources)
  assert.is(recordedHash(temporaryFolder()), null)
  assert.is(RECORD, 'scripts/prebuilds/built.json')
})

test.run()
