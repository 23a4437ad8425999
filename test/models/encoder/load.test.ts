// Bundles that are damaged are refused when they are loaded, not when their vectors turn out to be wrong.
import { createHash } from 'node:crypto'
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readManifest, writeManifest } from '../../../lib/bundle/manifest.ts'
import { PACKED_FILE, WEIGHTS_FILE } from '../../../lib/bundle/save.ts'
import { type ErrorCode, loadModel, VmmError } from '../../../lib/index.ts'
import { readSafetensorsHeader, writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import { useLiteBundle, useLiteFolder } from '../../../lib/models/families/use_lite/convert.ts'
import { temporaryFolder } from '../../support/folder.ts'

const cacheDir = temporaryFolder()
const folder = useLiteFolder(cacheDir)
const weights = join(folder, WEIGHTS_FILE)
const pristine = await useLiteBundle()

async function refused(code: ErrorCode, message: RegExp): Promise<void> {
  for (const [name, advice] of [
    ['use-lite', /; delete .*use-lite-\d+ and it is made again$/],
    [folder, /(?<!made again)$/],
  ] as const)
    try {
      await loadModel(name, { cacheDir })
      assert.unreachable('was loaded')
    } catch (error) {
      assert.instance(error, VmmError)
      assert.is((error as VmmError).code, code)
      assert.match((error as VmmError).message, message)
      assert.match((error as VmmError).message, advice)
    }
}

/** Makes the manifest say what a file is now. */
async function rewriteManifest(file: string): Promise<void> {
  const manifest = await readManifest(folder)
  const bytes = readFileSync(join(folder, file))
  const said = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  await writeManifest(folder, { ...manifest, files: { ...manifest.files, [file]: said } })
}

test.before.each(() => {
  rmSync(folder, { recursive: true, force: true })
  cpSync(pristine, folder, { recursive: true })
})

test('an intact copy is loaded by name and by folder', async () => {
  for (const name of ['use-lite', folder]) (await loadModel(name, { cacheDir })).dispose()
})

test('missing files', async () => {
  rmSync(weights)
  await refused('NOT_FOUND', /model\.safetensors: cannot read/)
  rmSync(join(folder, 'bundle.json'))
  await refused('NOT_FOUND', /bundle\.json: cannot read/)
})

test('files of another size', async () => {
  truncateSync(weights, 1000)
  await refused('BAD_FILE', /model\.safetensors: 1000 bytes; the manifest says \d+/)
})

test('weights with other numbers', async () => {
  const packed = join(folder, PACKED_FILE)
  const { tensors } = await readSafetensorsHeader(packed)
  const { begin, end } = tensors.find(({ name }) => name === 'layers.1.ffn_up.packed')!
  const bytes = readFileSync(packed)
  bytes.fill(0x3c, begin, end)
  writeFileSync(packed, bytes)
  await refused('BAD_FILE', /packed\.safetensors: SHA-256 [0-9a-f]{64}; the manifest says/)
  await rewriteManifest(PACKED_FILE)
  await refused('BAD_FILE', /the vector of "a" is not the golden one/)
})

test('a file without the tensors of the model', async () => {
  const data = new Float32Array(128)
  await writeSafetensors(weights, [{ name: 'timing.inv_freq', dtype: 'F32', shape: [128], data }])
  await rewriteManifest(WEIGHTS_FILE)
  await refused('BAD_FILE', /use-lite-\d+\/.*: no tensor embedding$|use-lite-\d+\/.*: no tensor embedding;/)
})

test.run()
