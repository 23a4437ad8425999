import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../lib/cli/context.ts'
import { CONTENTS, NEEDED_BYTES, REPOSITORY } from '../../hub/tiny_repository.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { localHub } from '../../support/hub.ts'
import { vmm } from '../world.ts'

const MINILM = 'sentence-transformers/all-MiniLM-L6-v2'

test('pull tells where a model is and what it weighs; a second time all is there', async () => {
  await using hub = await localHub(MINILM, CONTENTS, { token: 'hf_x' })
  const HF_HUB_CACHE = temporaryFolder()
  const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE, HF_TOKEN: 'hf_x' }
  const folder = join(
    HF_HUB_CACHE,
    'models--sentence-transformers--all-MiniLM-L6-v2',
    'snapshots',
    hub.commit,
  )
  const size = `${(NEEDED_BYTES / 1024).toFixed(1)} KiB`
  const first = await vmm(['pull', 'minilm'], { env })
  assert.equal([first.code, first.stderr], [0, ''])
  assert.is(first.stdout, `${folder}\n8 files, ${size}, ${size} fetched now; commit ${hub.commit}\n`)
  const second = await vmm(['pull', MINILM], { env })
  assert.is(second.stdout, `${folder}\n8 files, ${size}, all was there; commit ${hub.commit}\n`)
  const offline = await vmm(['pull', 'minilm'], {
    env: { ...env, HF_HUB_OFFLINE: '1', HF_ENDPOINT: 'http://127.0.0.1:1' },
  })
  assert.equal([offline.code, offline.stdout], [0, second.stdout])
})

test('options name revision, hub and folder; a terminal shows a bar', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  const cache = temporaryFolder()
  const args = ['pull', REPOSITORY, '--revision', 'v1', '--endpoint', hub.endpoint, '--cache', cache]
  const { code, stdout, stderr } = await vmm(args, { env: { HF_HOME: temporaryFolder() }, terminal: true })
  assert.is(code, 0)
  assert.ok(stdout.startsWith(`${cache}/models--tiny-org--tiny_model.v1/snapshots/${hub.commit}\n`))
  assert.match(stderr, /^\rDownloading megabytes \[.*\] \d of 1/)
  assert.ok(stderr.endsWith('\r\u001b[K'))
  assert.ok(existsSync(join(cache, 'models--tiny-org--tiny_model.v1', 'refs', 'v1')))
})

test('Ctrl-C keeps what has come', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  hub.faults.stalls = { 'model.safetensors': 1000 }
  const controller = new AbortController()
  const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: temporaryFolder(), HF_HOME: temporaryFolder() }
  const seen = setInterval(() => {
    if (hub.fetched().includes('model.safetensors')) controller.abort(new Interrupted(130))
  }, 20)
  const { code, stdout, stderr } = await vmm(['pull', REPOSITORY], { env, signal: controller.signal })
  clearInterval(seen)
  assert.equal([code, stdout], [130, ''])
  assert.is(stderr, 'vmm: what has come is kept, and the same command goes on from there\nvmm: cancelled\n')
  delete hub.faults.stalls
  assert.is((await vmm(['pull', REPOSITORY], { env })).code, 0)
})

test('what is wrong is told', async () => {
  await using hub = await localHub(REPOSITORY, CONTENTS)
  const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: temporaryFolder(), HF_HOME: temporaryFolder() }
  for (const [args, expected, message] of [
    [['pull'], 2, /one name of a model; got 0/],
    [['pull', 'a/b', 'c/d'], 2, /one name of a model; got 2/],
    [['pull', 'minilmm'], 2, /unknown model "minilmm"; did you mean minilm\?/],
    [['pull', '../x'], 2, /unknown model/],
    [
      ['pull', 'minilm'],
      1,
      /sentence-transformers\/all-MiniLM-L6-v2: 127\.0\.0\.1:\d+ has no such repository/,
    ],
    [['pull', REPOSITORY, '--revision', 'v7'], 1, /at v7: the repository has no such revision/],
    [['pull', REPOSITORY, '--endpoint', 'nowhere'], 1, /endpoint: got "nowhere"/],
  ] as const) {
    const { code, stdout, stderr } = await vmm(args, { env })
    assert.equal([code, stdout], [expected, ''])
    assert.match(stderr, message)
  }
  const offline = await vmm(['pull', REPOSITORY], { env: { ...env, HF_HUB_OFFLINE: 'yes' } })
  assert.is(offline.code, 1)
  assert.match(offline.stderr, /HF_HUB_OFFLINE leaves the network alone/)
})

test.run()
