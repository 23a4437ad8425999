import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { buildOnce } from '../../lib/io/build_once.ts'
import { fileError } from '../../lib/io/files.ts'
import { temporaryFolder } from '../support/folder.ts'
import { withoutWriting } from '../support/read_only.ts'

const never = () => assert.unreachable() as never
const ADVICE = /; the environment variable VMM_CACHE_DIR names another folder for the cache$/

async function refusal(run: Promise<unknown>): Promise<VmmError> {
  const error = await run.then(
    () => assert.unreachable(),
    (error: unknown) => error,
  )
  assert.instance(error, VmmError)
  return error as unknown as VmmError
}

test('where the cache cannot be written, the error says what to do', async () => {
  const cache = join(temporaryFolder(), 'cache')
  mkdirSync(cache)
  const folder = join(cache, 'bundles', 'x')
  await withoutWriting(cache, async () => {
    const { code, message } = await refusal(buildOnce(folder, never))
    assert.is(code, 'BAD_FILE')
    assert.match(message, /cannot write: E(ACCES|PERM)/)
    assert.match(message, ADVICE)
  })
  for (const place of ['/dev/null/cache', join(cache, 'file', 'cache')]) {
    writeFileSync(join(cache, 'file'), '')
    assert.match((await refusal(buildOnce(join(place, 'x'), never))).message, ADVICE)
  }
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  const build = async (temporary: string) => {
    throw fileError(join(temporary, 'x'), 'write', full)
  }
  assert.match((await refusal(buildOnce(folder, build))).message, ADVICE)
})

test('what is there already is read where nothing can be written', async () => {
  const cache = temporaryFolder()
  const folder = join(cache, 'x')
  await buildOnce(folder, async (temporary) => writeFileSync(join(temporary, 'content'), 'mine'))
  await withoutWriting(cache, async () => {
    assert.is(await buildOnce(folder, never), folder)
    assert.is(readFileSync(join(folder, 'content'), 'utf8'), 'mine')
  })
})

test('other errors of a build stay as they are', async () => {
  const folder = join(temporaryFolder(), 'x')
  const missing = Object.assign(new Error('ENOENT: no such file'), {
    code: 'ENOENT',
    path: '/elsewhere/source',
  })
  for (const error of [new Error('mine'), fileError('/elsewhere/source', 'read', missing)]) {
    const build = async () => {
      throw error
    }
    try {
      await buildOnce(folder, build)
    } catch (thrown) {
      assert.is(thrown, error)
      continue
    }
    assert.unreachable()
  }
})

test.run()
