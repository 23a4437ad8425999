import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PUBLISHED_MODELS, publishedModel, repositoryOf } from '../../lib/hub/names.ts'
import { checkedEndpoint, hubCache, hubEndpoint, hubToken, isOffline } from '../../lib/hub/settings.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

test('the cache is where Python has it', () => {
  for (const [env, expected] of [
    [{}, '/home/me/.cache/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '~/hf' }, '/home/me/hf/hub'],
    [{ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HUB_CACHE: '/new', HUGGINGFACE_HUB_CACHE: '/old' }, '/new'],
    [{ HF_HUB_CACHE: '' }, '/home/me/.cache/huggingface/hub'],
  ] as const)
    assert.is(hubCache(env, '/home/me'), expected)
})

test('the token: the environment before the file, none where none is wanted', async () => {
  const home = temporaryFolder()
  assert.is(await hubToken({}, home), null)
  mkdirSync(join(home, '.cache', 'huggingface'), { recursive: true })
  writeFileSync(join(home, '.cache', 'huggingface', 'token'), 'hf_file\n')
  writeFileSync(join(home, 'other'), 'hf_other')
  assert.is(await hubToken({}, home), 'hf_file')
  assert.is(await hubToken({ HF_TOKEN: ' hf_env\n' }, home), 'hf_env')
  assert.is(await hubToken({ HF_TOKEN_PATH: '~/other' }, home), 'hf_other')
  assert.is(await hubToken({ HF_TOKEN: 'x', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }, home), null)
  await rejects(() => hubToken({ HF_TOKEN_PATH: home }, home), 'BAD_FILE', /cannot read/)
})

test('endpoint and offline', () => {
  assert.is(hubEndpoint({}), 'https://huggingface.co')
  assert.is(hubEndpoint({ HF_ENDPOINT: 'http://mirror' }), 'http://mirror')
  assert.is(checkedEndpoint('http://mirror/hf//'), 'http://mirror/hf')
  for (const value of ['1', 'ON', 'yes', 'True']) assert.ok(isOffline({ HF_HUB_OFFLINE: value }))
  assert.ok(isOffline({ TRANSFORMERS_OFFLINE: '1' }))
  for (const value of ['', '0', 'no', undefined]) assert.not.ok(isOffline({ HF_HUB_OFFLINE: value }))
})

test('short names', () => {
  for (const name of ['minilm', 'all-MiniLM-L6-v2', 'sentence-transformers/all-MiniLM-L6-v2'])
    assert.is(repositoryOf(name), 'sentence-transformers/all-MiniLM-L6-v2')
  assert.is(repositoryOf('stella-1.5b'), 'NovaSearch/stella_en_1.5B_v5')
  assert.is(repositoryOf('someone/something'), 'someone/something')
  for (const name of ['use-lite', '', './a', '/a/b', 'a/b/c', '../a', 'a/..', '@scope/name', 'constructor'])
    assert.is(repositoryOf(name), null, name)
  const names = PUBLISHED_MODELS.map(({ name }) => name)
  assert.equal(names, ['minilm', 'gtr', 'mpnet', 'stella-400m', 'stella-1.5b'])
  for (const name of names) assert.is(publishedModel(name)!.name, name)
})

test.run()
