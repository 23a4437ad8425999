// Files of torch.save in all variants against torch.load, and files that nobody should write.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import { readTorchFile } from '../../../lib/io/torch/file.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { allFields, randomChanges } from '../../support/fuzz/mutations.ts'
import { randomOf } from '../../support/fuzz/random.ts'
import { rejects } from '../../support/rejects.ts'
import { archive, one, stream, tensor } from './bytes.ts'
import { hostile } from './hostile.ts'
import { valuesAt } from './values_at.ts'

const goldens = fileURLToPath(new URL('goldens', import.meta.url))
const expected: Readonly<
  Record<
    string,
    Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>
  >
> = JSON.parse(readFileSync(join(goldens, 'expect.json'), 'utf8'))
const path = join(temporaryFolder(), 'x.pt')

for (const [name, tensors] of Object.entries(expected))
  test(`${name}.pt has the tensors that torch.load gives, in the places that it reads`, async () => {
    const file = join(goldens, `${name}.pt`)
    const bytes = readFileSync(file)
    const found = await readTorchFile(file)
    assert.equal(
      found.map((entry) => entry.name),
      Object.keys(tensors),
    )
    for (const entry of found) {
      const { shape, values } = tensors[entry.name]!
      assert.equal(entry.shape, shape, entry.name)
      assert.equal(valuesAt(bytes, entry), values, entry.name)
    }
  })

test('tensors of one storage are in one place, and aligned as torch.save writes them', async () => {
  for (const name of ['state', 'older', 'unaligned']) {
    const found = new Map(
      (await readTorchFile(join(goldens, `${name}.pt`))).map((entry) => [entry.name, entry]),
    )
    const at = (tensor: string) => found.get(tensor)!.place!.begin
    assert.is(at('tied'), at('f32'))
    assert.is(at('transposed'), at('view_a'))
    assert.is(at('view_b'), at('view_a') + 48)
    if (name === 'state')
      for (const tensor of ['f32', 'f16', 'view_a', 'param']) assert.is(at(tensor) % 64, 0)
  }
  assert.ok(readFileSync(join(goldens, 'zip64.pt')).includes('PK\x06\x06'), 'it has the records of zip64')
})

test('tensors that cannot be read are there by name, beside others', async () => {
  const found = await readTorchFile(join(goldens, 'unreadable.pt'))
  assert.equal(
    found.map(({ name, dtype, shape, place }) => [name, dtype, shape.join('×'), place !== null]),
    [
      ['x', 'F32', '2', true],
      ['f8', 'F8_E4M3', '4', true],
      ['u16', 'U16', '3', true],
      ['c64', 'C64', '2', true],
      // Stored negated: its place has other numbers.
      ['conj', 'conj C64', '2', false],
      ['neg', 'neg F32', '2', false],
      ['quantised', 'quantised QI8', '3', false],
      ['channels', 'quantised QU8', '2×3', false],
      ['sparse', 'sparse F32', '2×2', false],
      ['meta', 'meta F32', '3', false],
      ['repeated', 'repeated F32', '1000×1000', false],
    ],
  )
})

test('whatever else a pickle asks for is refused by its name', async () => {
  const refused = (name: string, message: RegExp) =>
    rejects(() => readTorchFile(join(goldens, `${name}.pt`)), 'UNSUPPORTED', message)
  await refused('module', /module\.pt: its pickle names "torch\.nn\.modules\.linear\.Linear"/)
  await refused('numpy', /numpy\.pt: its pickle names "numpy\._core\.multiarray\.scalar"/)
  await refused('namespace', /names "argparse\.Namespace"/)
  await refused('deflated', /"state\/byteorder" is compressed/)
  await refused('big_endian', /big_endian\.pt: its numbers are not little-endian/)
  await rejects(() => readTorchFile(join(goldens, 'none.pt')), 'NOT_FOUND', /none\.pt/)
  await rejects(() => readTorchFile(goldens), 'BAD_FILE', /no regular file/)
})

const names = async (bytes: Uint8Array) => {
  writeFileSync(path, bytes)
  return (await readTorchFile(path)).map(({ name }) => name)
}

test('what the hostile files are made of is read', async () => {
  assert.equal(await names(archive(one(tensor()))), ['w'])
  assert.equal(await names(archive(one(tensor({ offset: 4, shape: [0] })))), ['w'])
  assert.equal(await names(stream()), ['w'])
})

for (const [what, bytes, outcome] of hostile)
  test(`hostile: ${what}`, async () => {
    const [code, message] = outcome
    if (message instanceof RegExp) await rejects(() => names(bytes), code as 'BAD_FILE', message)
    else assert.equal(await names(bytes), outcome)
    assert.is(({} as { polluted?: unknown }).polluted, undefined)
  })

test('changed files are read within their bounds, or refused by a typed error', async () => {
  const files = readdirSync(goldens).filter((name) => name.endsWith('.pt'))
  const seeds = files.map((name) => new Uint8Array(readFileSync(join(goldens, name))))
  let read = 0
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.from(randomChanges(seeds[i % seeds.length]!, allFields, seeds, randomOf(15, i)))
    writeFileSync(path, bytes)
    try {
      for (const entry of await readTorchFile(path)) if (entry.place) valuesAt(bytes, entry)
      read++
    } catch (error) {
      if (!(error instanceof VmmError) || !['BAD_FILE', 'UNSUPPORTED'].includes(error.code)) throw error
    }
  }
  assert.ok(read > 20 && read < 380, `${read} were read`)
})

test.run()
