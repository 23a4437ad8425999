import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { installedBundle, resolveBundle } from '../../lib/bundle/resolve.ts'
import { replaceFolder } from '../../lib/io/replace_folder.ts'
import { interruptAtEach } from '../support/file_operations.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const root = temporaryFolder()
mkdirSync(join(root, 'here'))
const resolve = (file: string) => {
  if (file !== 'installed/bundle.json' && file !== 'vector-mamba-predictor/bundle.json')
    throw Object.assign(new Error(`Cannot find module '${file}'`), { code: 'MODULE_NOT_FOUND' })
  return join('/modules', file)
}

test('a folder comes before a package', async () => {
  const options = { base: root, resolve }
  assert.is(await resolveBundle('here', 'encoder', options), join(root, 'here'))
  assert.is(await resolveBundle('installed', 'inverter', options), '/modules/installed')
  assert.is(await resolveBundle(undefined, 'predictor', options), '/modules/vector-mamba-predictor')
  assert.is(installedBundle('installed', resolve), '/modules/installed')
  assert.is(installedBundle('other', resolve), null)
})

test('what is none of them is refused by name', async () => {
  writeFileSync(join(root, 'file'), '')
  for (const name of ['none', 'file', 'toString', `a/${'long/'.repeat(20)}path`])
    await rejects(
      () => resolveBundle(name, 'encoder', { base: root, resolve }),
      'NOT_FOUND',
      new RegExp(`^encoder "${name}": neither a folder nor an installed package$`),
    )
  for (const name of ['', 7 as unknown as string])
    await rejects(() => resolveBundle(name, 'predictor', { resolve }), 'BAD_ARGUMENT', /^name: got/)
})

test('a folder is found whenever the process was killed that replaced it', async () => {
  const folder = join(root, 'replaced')
  await interruptAtEach({
    how: 'kill',
    prepare: () => {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
    },
    run: () => replaceFolder(folder, async () => {}),
    check: async (_, n) => {
      const found = await resolveBundle('replaced', 'encoder', { base: root, resolve })
      assert.is(found, folder, `kill at operation ${n}`)
    },
  })
})

test('a package that is there and is no bundle is told apart from one that is missing', async () => {
  await rejects(
    () => resolveBundle('vector-mamba', 'inverter'),
    'BAD_FILE',
    /package "vector-mamba": .*bundle\.json/,
  )
  assert.is(installedBundle('no-such-package'), null)
})

test.run()
