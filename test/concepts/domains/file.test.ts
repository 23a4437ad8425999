import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readDomains, writeDomains } from '../../../lib/concepts/domains/file.ts'
import { learnDomains } from '../../../lib/concepts/domains/learn.ts'
import { writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { blobs, refusal } from './points.ts'

const { vectors, labels } = blobs(
  [
    [5, 1, 0],
    [-2, 0, 7],
  ],
  9,
  1,
)
const domains = learnDomains(vectors, labels, { texts: labels, parents: { c1: 'c0' } })

test('domains come back from their file as they were', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'domains.safetensors')
  await writeDomains(path, domains)
  assert.equal(await readDomains(path), domains)
  assert.equal(readdirSync(folder), ['domains.safetensors'])
})

test('domains whose parents are not there are refused before they are written', async () => {
  const folder = temporaryFolder()
  const { all, ...place } = domains
  for (const [written, message] of [
    [{ ...place, all: all.slice(1) }, /^parents: got "c0" for "c1"; expected names of domains that are wr/],
    [learnDomains(vectors, labels, { parents: { c0: 'sea' } }), /^parents: got "sea" for "c0"/],
  ] as const) {
    const error = await refusal(() => writeDomains(join(folder, 'x.safetensors'), written))
    assert.equal([error.code, error.argument], ['BAD_ARGUMENT', 'parents'])
    assert.match(error.message, message)
  }
  assert.equal(readdirSync(folder), [])
})

test('a damaged file is refused', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'domains.safetensors')
  await writeDomains(path, domains)
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.subarray(0, bytes.length / 2))
  assert.is((await refusal(() => readDomains(path))).code, 'BAD_FILE')
  const nan = Buffer.from(bytes)
  nan.writeFloatLE(Number.NaN, nan.length - 4)
  writeFileSync(path, nan)
  assert.match((await refusal(() => readDomains(path))).message, /not a file of domains, or a damaged one/)
  assert.is((await refusal(() => readDomains(join(folder, 'none')))).code, 'NOT_FOUND')
})

test('files that do not fit', async () => {
  const path = join(temporaryFolder(), 'domains.safetensors')
  const data = new Float32Array(2)
  const tensors = ['centroids', 'variances'].map(
    (name) => ({ name, dtype: 'F32', shape: [1, 2], data }) as const,
  )
  const entry = { name: 'a', parent: null, count: 1, radius: 0, representatives: [] }
  const good = { format: '1', space: 's', domains: JSON.stringify([entry]) }
  await writeSafetensors(path, tensors, good)
  assert.is((await readDomains(path)).all.length, 1)
  for (const metadata of [
    { ...good, format: '2' },
    { ...good, space: 'Not a space' },
    { ...good, domains: '[' },
    { ...good, domains: '[]' },
    { ...good, domains: JSON.stringify([entry, entry]) },
    { ...good, domains: JSON.stringify([{ ...entry, parent: 'b' }]) },
    { ...good, domains: JSON.stringify([{ ...entry, radius: 'wide' }]) },
    { ...good, domains: JSON.stringify([{ ...entry, radius: -1 }]) },
    { ...good, domains: JSON.stringify([{ ...entry, count: -1 }]) },
    { ...good, domains: `[${'['.repeat(200)}${']'.repeat(200)}]` },
    { format: '1', space: 's' },
  ]) {
    await writeSafetensors(path, tensors, metadata)
    assert.is((await refusal(() => readDomains(path))).code, 'BAD_FILE')
  }
  await writeSafetensors(path, tensors.slice(0, 1), good)
  assert.is((await refusal(() => readDomains(path))).code, 'BAD_FILE')
})

test.run()
