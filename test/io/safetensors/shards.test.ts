// The index of a model in several files: what it may say, and that its files stay in its folder.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readShards } from '../../../lib/io/safetensors/shards.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const folder = temporaryFolder()
const path = join(folder, 'model.safetensors.index.json')
const write = (value: unknown) =>
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
const fails = (message: RegExp) => rejects(() => readShards(path), 'BAD_FILE', message)

test('tensors have the files of the folder that the index gives them', async () => {
  const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
  write({ metadata: { total_size: 8 }, weight_map: { a: first, 'b.weight': second, c: first } })
  assert.equal(
    [...(await readShards(path))],
    [
      ['a', join(folder, first!)],
      ['b.weight', join(folder, second!)],
      ['c', join(folder, first!)],
    ],
  )
  write('{"weight_map":{"__proto__":"x.bin"}}')
  assert.equal([...(await readShards(path))], [['__proto__', join(folder, 'x.bin')]])
})

test('files elsewhere are refused', async () => {
  const names = [
    ...['../x', '..', '.', '', '/x', 'a/b', 'a/../b', '\\x', '..\\x', 'C:x', 'C:\\x', 'x\0', 'x\ny'],
    ...[1, null, ['x'], { x: 1 }],
  ]
  for (const name of names) {
    write({ weight_map: { good: 'x.bin', 'a.weight': name } })
    await fails(/index\.json: weight_map\.a\.weight is .*; a file of this folder is needed/)
  }
})

test('what is no index is refused', async () => {
  for (const value of [
    '',
    '{',
    '[]',
    'null',
    '{}',
    '{"weight_map":[]}',
    '{"weight_map":"x"}',
    '['.repeat(9999),
  ]) {
    write(value)
    await fails(/index\.json: /)
  }
  write(' '.repeat(2 ** 24 + 1))
  await fails(/at most 16777216 are read/)
  await rejects(() => readShards(join(folder, 'none.json')), 'NOT_FOUND', /none\.json/)
})

test.run()
