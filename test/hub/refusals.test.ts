// What a hub may refuse or say that is not so: each is an error of its own, and nothing secret is in its message.
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { HubReason } from '../../lib/hub/errors.ts'
import { type PullOptions, pullModel } from '../../lib/hub/pull.ts'
import { PATIENCE } from '../../lib/hub/request.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type LocalHub, localHub } from '../support/hub.ts'
import { errorOf, fails as hubFails } from './errors_of.ts'
import { CONTENTS, REPOSITORY } from './tiny_repository.ts'

const HASTE = { ...PATIENCE, tries: 2, pause: 1 }
const TOKEN = 'hf_secret'
const cacheDir = temporaryFolder()

const pull = (hub: Pick<LocalHub, 'endpoint'>, options: PullOptions = {}, repository = REPOSITORY) =>
  pullModel(repository, { cacheDir, endpoint: hub.endpoint, token: null, offline: false, ...options }, HASTE)

/** Asserts that nothing was made, and that nothing secret is told. */
async function fails(run: () => Promise<unknown>, reason: HubReason, message: RegExp): Promise<void> {
  const error = await hubFails(run, reason, message)
  assert.not.match(error.message, TOKEN)
  assert.not.match(error.message, 'signature')
  assert.equal(readdirSync(cacheDir), [])
}

test('gated, unknown and private repositories, revisions and files', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS, { token: TOKEN })
  await fails(() => pull(hub), 'gated', /^tiny-org\/tiny_model\.v1: only users .*set HF_TOKEN to a token/)
  await fails(() => pull(hub, { token: 'hf_other' }), 'gated', /the token is of a user who may not/)
  const token = TOKEN
  await fails(() => pull(hub, { token }, 'tiny-org/none'), 'repository', /has no such repository$/)
  await fails(() => pull(hub, { token, revision: 'v2' }), 'revision', / at v2: .* no such revision/)
  await fails(() => pull(hub, { token, revision: '1'.repeat(40) }), 'revision', /no such revision/)
  for (const [status, headers, reason, message] of [
    [401, { 'x-error-code': 'RepoNotFound' }, 'repository', /no such repository/],
    [401, {}, 'repository', /no such repository/],
    [
      401,
      { 'x-error-message': 'Invalid credentials in Authorization header' },
      'token',
      /not accept the token/,
    ],
    [403, { 'x-error-code': 'GatedRepo' }, 'gated', /only users/],
    [403, { 'x-error-message': 'Fine-grained' }, 'gated', /: Fine-grained$/],
    [404, { 'x-error-code': 'EntryNotFound' }, 'entry', /no such file/],
    [404, {}, 'repository', /does not know it/],
    [418, { 'x-error-message': 'a teapot\u009b' }, 'server', /answers 418: a teapot/],
    [502, {}, 'server', /answers 502/],
    [302, {}, 'server', /answers 302/],
    [302, { location: 'http://[' }, 'server', /no address/],
    [302, { location: 'file:///etc/passwd' }, 'server', /file:, which is not safe/],
    [302, { location: '/again' }, 'server', /more than 10 redirects/],
  ] as const) {
    hub.faults.refuses = [status, headers]
    await fails(() => pull(hub, { token }), reason, message)
  }
  hub.faults.refuses = [401, { 'x-error-code': 'RepoNotFound' }]
  await fails(() => pull(hub), 'repository', /; if it is private, HF_TOKEN must have a token/)
})

test('a hub that fails now and then is asked again', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  hub.faults.refuses = [503, {}]
  const running = pullModel(
    REPOSITORY,
    { cacheDir: temporaryFolder(), endpoint: hub.endpoint, token: null, offline: false },
    { ...HASTE, tries: 5, pause: 20 },
  )
  setTimeout(() => delete hub.faults.refuses, 30)
  assert.is((await running).files.length, 8)
})

test('a busy hub is waited for as long as it says, within bounds', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  hub.faults.busy = [
    { 'retry-after': '0' },
    { 'retry-after': new Date(Date.now() - 1000).toUTCString() },
    { ratelimit: '"api";r=0;t=0' },
  ]
  const options = { cacheDir: temporaryFolder(), endpoint: hub.endpoint, token: null, offline: false }
  assert.is((await pullModel(REPOSITORY, options, HASTE)).files.length, 8)
  hub.faults.busy = [{ 'retry-after': '301' }]
  await fails(() => pull(hub), 'busy', /is asked too often; try again in 301 s/)
  hub.faults.busy = Array.from({ length: 20 }, () => ({ 'retry-after': '0' }))
  await fails(() => pull(hub), 'busy', /try again in 0 s/)
  assert.is(hub.faults.busy.length, 14)
})

test('waiting for a busy hub ends when it is aborted', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  hub.faults.busy = [{ 'retry-after': '200' }]
  const controller = new AbortController()
  const reason = new Error('enough')
  setTimeout(() => controller.abort(reason), 50)
  assert.is(await errorOf(() => pull(hub, { signal: controller.signal })), reason)
})

test('a token is not told to another host, nor to the hub once it was left', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS, { token: TOKEN })
  const told: (string | undefined)[] = []
  const other = createServer((request, response) => {
    told.push(request.headers.authorization)
    response.writeHead(302, { location: `${hub.endpoint}/back` }).end()
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = other.address() as AddressInfo
    hub.faults.location = `http://127.0.0.1:${port}/x`
    const options = { cacheDir: temporaryFolder(), endpoint: hub.endpoint, token: TOKEN, offline: false }
    const error = await hubFails(() => pullModel(REPOSITORY, options, HASTE), 'gated', /only users/)
    assert.not.match(error.message, TOKEN)
    assert.ok(told.length > 0 && told.every((value) => value === undefined))
    const back = hub.asked.filter(({ path }) => path === '/back')
    assert.ok(back.length > 0 && back.every(({ authorization }) => authorization === undefined))
  } finally {
    other.closeAllConnections()
    other.close()
  }
})

test('listings that lie are refused before a file is made', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  const blobId = 'a'.repeat(40)
  const good = { rfilename: 'config.json', size: 1, blobId }
  for (const rfilename of [
    ...['../config.json', 'a/../../b', '/etc/passwd', '..', '.', './a', 'a//b', 'a/', '', 'a\\b', '..\\b'],
    ...['C:/b', 'c:b', 'a\0b', 'a\nb', 7, null, ['a'], {}],
  ]) {
    hub.faults.siblings = [good, { rfilename, size: 1, blobId }]
    await fails(() => pull(hub), 'listing', /is no path below its folder/)
  }
  for (const wrong of [
    { size: -1 },
    { size: 1.5 },
    { size: '1' },
    { size: undefined },
    { blobId: '../../x' },
    { blobId: 'A'.repeat(40) },
    { blobId: undefined },
    { lfs: { sha256: blobId, size: 1 } },
    { lfs: { sha256: 'a'.repeat(64), size: -1 } },
    { lfs: 'x' },
  ]) {
    hub.faults.siblings = [{ ...good, ...wrong }]
    await fails(() => pull(hub), 'listing', /config\.json: size .*, hash /)
  }
  hub.faults.siblings = [good, good]
  await fails(() => pull(hub), 'listing', /there twice/)
  for (const siblings of [{}, 'x', 5]) {
    hub.faults.siblings = siblings as unknown as unknown[]
    await fails(() => pull(hub), 'server', /without commit and files/)
  }
  hub.faults.siblings = []
  await fails(() => pull(hub), 'entry', /it has no config\.json/)
  assert.not.ok(existsSync(`${cacheDir}/models--tiny-org--tiny_model.v1`))
})

test('modules and parts of weights that lie elsewhere are refused', async () => {
  const base = { 'config.json': '{}', 'tokenizer.json': '{}' }
  const dir = temporaryFolder()
  for (const [contents, reason, message] of [
    [{ 'modules.json': '[{"path": "../x"}]' }, 'listing', /modules\.json: "\.\.\/x" is no path/],
    [{ 'modules.json': '[{"path": 5}, null]' }, 'listing', /modules\.json: number is no path/],
    [{ 'modules.json': '{}' }, 'listing', /not a list of modules/],
    [{ 'model.safetensors.index.json': '{"weight_map": {"a": "../x"}}' }, 'listing', /"\.\.\/x" is no path/],
    [
      { 'model.safetensors.index.json': '{"weight_map": {"a": "b.safetensors"}}' },
      'entry',
      /no b\.safetensors/,
    ],
    [{ 'model.safetensors.index.json': '[]' }, 'listing', /no weight_map/],
  ] as const) {
    await using hub = await localHub(REPOSITORY, { ...base, ...contents })
    const options = { cacheDir: dir, endpoint: hub.endpoint, token: null, offline: false }
    await hubFails(() => pullModel(REPOSITORY, options, HASTE), reason, message)
  }
})

test.run()
