// Files are read once, and again when they may have changed; weights that are no numbers are none.
import { spawnSync } from 'node:child_process'
import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeFiles, type Manifest } from '../../lib/bundle/manifest.ts'
import { verifyFiles, verifyFilesOnce } from '../../lib/bundle/verify.ts'
import { type SafetensorsInput, writeSafetensors } from '../../lib/io/safetensors/file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

async function bundle(tensors: readonly SafetensorsInput[]): Promise<{ folder: string; manifest: Manifest }> {
  const folder = temporaryFolder()
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  writeFileSync(join(folder, 'notes.txt'), 'as it was')
  const files = await describeFiles(folder, ['model.safetensors', 'notes.txt'])
  return { folder, manifest: { files } as Manifest }
}
const f32 = (data: Float32Array): SafetensorsInput => ({
  name: 'a',
  dtype: 'F32',
  shape: [data.length],
  data,
})

test('a file whose times changed is read again, one that is as it was is not', async () => {
  const { folder, manifest } = await bundle([f32(Float32Array.of(1, 2))])
  const cacheDir = temporaryFolder()
  await verifyFilesOnce(folder, manifest, cacheDir)
  const [account] = readdirSync(join(cacheDir, 'verified'))
  const path = join(cacheDir, 'verified', account!)
  const noted = readFileSync(path, 'utf8')
  assert.match(noted, /"notes\.txt":"[0-9a-f]{64} 9 \d+ \d+ \d+ \d+"/)
  await verifyFilesOnce(folder, manifest, cacheDir)
  assert.is(readFileSync(path, 'utf8'), noted)

  const notes = join(folder, 'notes.txt')
  const { atime, mtime } = statSync(notes)
  writeFileSync(notes, 'as it is ')
  utimesSync(notes, atime, mtime)
  await rejects(() => verifyFilesOnce(folder, manifest, cacheDir), 'BAD_FILE', /notes\.txt: SHA-256/)
  assert.is(readFileSync(path, 'utf8'), noted)
  writeFileSync(notes, 'as it was')
  await verifyFilesOnce(folder, manifest, cacheDir)
  assert.is.not(readFileSync(path, 'utf8'), noted)
  writeFileSync(path, '{"notes.txt":')
  await verifyFilesOnce(folder, manifest, cacheDir)
})

test('a manifest with another hash is believed no more than the files', async () => {
  const { folder, manifest } = await bundle([f32(Float32Array.of(1))])
  const cacheDir = temporaryFolder()
  await verifyFilesOnce(folder, manifest, cacheDir)
  const files = { ...manifest.files, 'notes.txt': { bytes: 9, sha256: '0'.repeat(64) } }
  await rejects(() => verifyFilesOnce(folder, { ...manifest, files }, cacheDir), 'BAD_FILE', /SHA-256/)
})

test('a cache that cannot be written costs the reading, not the loading', async () => {
  const { folder, manifest } = await bundle([f32(Float32Array.of(1))])
  await verifyFilesOnce(folder, manifest, '/dev/null/cache')
})

test('a file that is a pipe, a device or of another size is refused before any of it is read', async () => {
  const { folder, manifest } = await bundle([f32(Float32Array.of(1))])
  const notes = join(folder, 'notes.txt')
  const cacheDir = temporaryFolder()
  const refused = async (message: RegExp) => {
    await rejects(() => verifyFiles(folder, manifest), 'BAD_FILE', message)
    await rejects(() => verifyFilesOnce(folder, manifest, cacheDir), 'BAD_FILE', message)
  }
  truncateSync(notes, 2 ** 40)
  await refused(/notes\.txt: 1099511627776 bytes; the manifest says 9/)
  rmSync(notes)
  symlinkSync('/dev/zero', notes)
  await refused(/notes\.txt: not a regular file/)
  rmSync(notes)
  assert.is(spawnSync('mkfifo', [notes]).status, 0)
  await refused(/notes\.txt: not a regular file/)
})

test('weights with NaN or infinity are refused in every type that has them', async () => {
  const words = (dtype: 'F16' | 'BF16', word: number): SafetensorsInput => ({
    name: 'a',
    dtype,
    shape: [3],
    data: Uint16Array.of(0x1234, word, 0x8000),
  })
  for (const bad of [
    f32(Float32Array.of(0, Number.NaN)),
    f32(Float32Array.of(Number.NEGATIVE_INFINITY)),
    words('F16', 0x7c00),
    words('F16', 0xfe01),
    words('BF16', 0x7f80),
    words('BF16', 0xffc0),
    { name: 'a', dtype: 'F64', shape: [1], data: Float64Array.of(Number.POSITIVE_INFINITY) } as const,
  ]) {
    const { folder, manifest } = await bundle([{ ...f32(Float32Array.of(1)), name: 'b' }, bad])
    await rejects(
      () => verifyFiles(folder, manifest),
      'BAD_FILE',
      /model\.safetensors: a has NaN or infinity/,
    )
  }
  for (const good of [
    words('F16', 0x7bff),
    words('BF16', 0x7f7f),
    f32(Float32Array.of(3.4e38, -1e-45)),
    { name: 'a', dtype: 'I32', shape: [1], data: Int32Array.of(-1) } as const,
  ]) {
    const { folder, manifest } = await bundle([good])
    await verifyFiles(folder, manifest)
  }
})

test.run()
