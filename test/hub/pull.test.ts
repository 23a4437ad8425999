// Downloads from a hub on this machine: the tree that they leave, and what goes on where something has stopped.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type PullOptions, type PullProgress, pullModel } from '../../lib/hub/pull.ts'
import { PATIENCE } from '../../lib/hub/request.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type LocalHub, localHub } from '../support/hub.ts'
import { rejects } from '../support/rejects.ts'
import { litterOf, treeOf } from '../support/tree.ts'
import { errorOf, fails } from './errors_of.ts'
import { CONTENTS, NEEDED, NEEDED_BYTES, REPOSITORY, someBytes } from './tiny_repository.ts'

const HASTE = { ...PATIENCE, pause: 1 }
const WEIGHTS = 'model.safetensors'
const base = temporaryFolder()

/** A hub and an empty cache. */
async function world(token?: string) {
  const hub = await localHub(REPOSITORY, CONTENTS, token === undefined ? {} : { token })
  const cacheDir = mkdtempSync(join(base, 'cache-'))
  const own = join(cacheDir, 'models--tiny-org--tiny_model.v1')
  return {
    hub,
    cacheDir,
    own,
    blob: (path: string) => join(own, 'blobs', hub.etag(path)),
    pull: (options: PullOptions = {}, patience = HASTE) =>
      pullModel(
        REPOSITORY,
        { cacheDir, endpoint: hub.endpoint, token: null, offline: false, ...options },
        patience,
      ),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  }
}

/** Asserts that the model is there whole, byte by byte. */
function isWhole(own: string, hub: LocalHub): void {
  const folder = join(own, 'snapshots', hub.commit)
  const tree = treeOf(folder)
  assert.equal(Object.keys(tree).sort(), Object.keys(NEEDED).sort())
  for (const [path, bytes] of Object.entries(NEEDED))
    assert.ok(Buffer.from(tree[path]!, 'latin1').equals(Buffer.from(bytes)), path)
  assert.is(readFileSync(join(own, 'refs', 'main'), 'utf8'), hub.commit)
  const names = readdirSync(join(own, 'blobs')).sort()
  assert.equal(names, Object.keys(NEEDED).map(hub.etag).sort())
}

test('the tree is that of the Python client: blobs by hash, relative links, the revision', async () => {
  await using w = await world()
  const told: PullProgress[] = []
  const pulled = await w.pull({ onProgress: (progress) => told.push(progress) })
  isWhole(w.own, w.hub)
  assert.equal(
    Object.keys(treeOf(w.cacheDir)).filter((path) => !path.startsWith('models--')),
    ['.locks/vector-mamba/'],
  )
  const { folder, commit, files, bytes, fetched } = pulled
  assert.equal([folder, commit], [join(w.own, 'snapshots', w.hub.commit), w.hub.commit])
  assert.equal(
    files.map(({ path }) => path),
    Object.keys(NEEDED),
  )
  assert.equal([bytes, fetched], [NEEDED_BYTES, NEEDED_BYTES])
  for (const [path, target] of [
    [WEIGHTS, `../../blobs/${w.hub.etag(WEIGHTS)}`],
    ['1_Pooling/config.json', `../../../blobs/${w.hub.etag('1_Pooling/config.json')}`],
  ] as const) {
    assert.ok(lstatSync(join(folder, path)).isSymbolicLink())
    assert.is(readlinkSync(join(folder, path)), target)
  }
  assert.equal(told.at(-1), { file: WEIGHTS, files: 8, bytes: NEEDED_BYTES, total: NEEDED_BYTES })
  for (const [i, { bytes, total }] of told.entries())
    assert.ok(total === NEEDED_BYTES && bytes >= (told[i - 1]?.bytes ?? 0))
  assert.equal(litterOf(treeOf(w.cacheDir)), [])
})

test('what is there is not fetched again, by whichever name of the commit', async () => {
  await using w = await world()
  await w.pull()
  w.hub.asked.length = 0
  const again = await w.pull()
  assert.equal([again.fetched, again.bytes, again.files.length], [0, NEEDED_BYTES, 8])
  await w.pull({ revision: 'v1' })
  assert.is(readFileSync(join(w.own, 'refs', 'v1'), 'utf8'), w.hub.commit)
  assert.equal(w.hub.fetched(), [])
  assert.is(w.hub.asked.length, 2)
  // Its files never change.
  assert.is((await w.pull({ revision: w.hub.commit })).commit, w.hub.commit)
  assert.is(w.hub.asked.length, 2)
  assert.equal(readdirSync(join(w.own, 'refs')).sort(), ['main', 'v1'])
})

test('a file that is cut three times goes on three times, and the token stays at the hub', async () => {
  await using w = await world('hf_secret')
  w.hub.faults.cuts = { [WEIGHTS]: [100_000, 1, 90_000] }
  const { fetched } = await w.pull({ token: 'hf_secret' })
  isWhole(w.own, w.hub)
  assert.is(fetched, NEEDED_BYTES)
  const store = w.hub.asked.filter(({ host, path }) => host === 'store' && path === `/${WEIGHTS}`)
  assert.equal(
    store.map(({ range }) => range),
    [undefined, 'bytes=100000-', 'bytes=100001-', 'bytes=190001-'],
  )
  for (const { host, authorization } of w.hub.asked)
    assert.is(authorization, host === 'hub' ? 'Bearer hf_secret' : undefined)
})

test('a lost connection is told with what is kept, and the next call fetches the rest alone', async () => {
  await using w = await world()
  w.hub.faults.cuts = { [WEIGHTS]: [100_000] }
  const here = NEEDED_BYTES - 200_000
  await fails(
    () => w.pull({}, { ...HASTE, tries: 1 }),
    'network',
    new RegExp(`${here} of ${NEEDED_BYTES} bytes are kept in .*, and the same call goes on from there`),
  )
  assert.is(readFileSync(`${w.blob(WEIGHTS)}.incomplete`).length, 100_000)
  assert.not.ok(existsSync(join(w.own, 'refs')))
  w.hub.asked.length = 0
  assert.is((await w.pull()).fetched, 200_000)
  assert.equal(w.hub.fetched(), [WEIGHTS])
  isWhole(w.own, w.hub)
})

test('attempts that bring little are counted, also after one that has brought much', async () => {
  await using w = await world()
  w.hub.files.set(WEIGHTS, someBytes(3_000_000, 'many'))
  const cuts = [1_200_000, 1, 1_300_000, ...Array<number>(20).fill(1)]
  w.hub.faults.cuts = { [WEIGHTS]: cuts }
  await fails(() => w.pull({}, { ...HASTE, tries: 3 }), 'network', /and the same call goes on from there/)
  assert.is(cuts.length, 18)
  delete w.hub.faults.cuts
  // What had come of a connection as it was lost is not always kept.
  const { fetched } = await w.pull()
  assert.ok(fetched >= 3_000_000 - 2_500_003 && fetched < 1_000_000, `${fetched}`)
})

test('what an earlier process left is not trusted: spoilt, too long, whole', async () => {
  for (const [left, fetched] of [
    [Buffer.alloc(1000), 300_000 + 299_000],
    [Buffer.alloc(300_001), 300_000],
    [Buffer.alloc(300_000), 300_000],
    [Buffer.from(NEEDED[WEIGHTS]), 0],
    [Buffer.from(NEEDED[WEIGHTS].subarray(0, 299_999)), 1],
  ] as const) {
    await using w = await world()
    mkdirSync(join(w.own, 'blobs'), { recursive: true })
    writeFileSync(`${w.blob(WEIGHTS)}.incomplete`, left)
    assert.is((await w.pull()).fetched, fetched + NEEDED_BYTES - 300_000)
    isWhole(w.own, w.hub)
  }
})

test('a server without ranges sends it all, and that is taken', async () => {
  await using w = await world()
  Object.assign(w.hub.faults, { cuts: { [WEIGHTS]: [100_000, 50_000] }, noRanges: true })
  assert.is((await w.pull()).fetched, NEEDED_BYTES + 150_000)
  isWhole(w.own, w.hub)
})

test('a silent connection is given up, and the file goes on over another one', async () => {
  await using w = await world()
  w.hub.faults.stalls = { [WEIGHTS]: 100_000 }
  await w.pull({}, { ...HASTE, silence: 150 })
  isWhole(w.own, w.hub)
})

test('what is not what the hub names is deleted and told', async () => {
  for (const wrong of [someBytes(300_000, 'others'), someBytes(300_001, 'more')]) {
    await using w = await world()
    w.hub.faults.wrong = { [WEIGHTS]: wrong }
    await fails(w.pull, 'hash', /model\.safetensors: size or hash are not the hub's; what came was deleted/)
    assert.equal(
      readdirSync(join(w.own, 'blobs')).filter((name) => name.includes(w.hub.etag(WEIGHTS))),
      [],
    )
    assert.not.ok(existsSync(join(w.own, 'snapshots', w.hub.commit, WEIGHTS)))
    assert.not.ok(existsSync(join(w.own, 'refs')))
    delete w.hub.faults.wrong
    await w.pull()
    isWhole(w.own, w.hub)
  }
  await using w = await world()
  w.hub.faults.wrong = { 'config.json': '{"model_type": "BERT"}' }
  await fails(w.pull, 'hash', /config\.json: size or hash/)
  w.hub.faults.wrong = { [WEIGHTS]: someBytes(200_000, 'fewer') }
  await fails(w.pull, 'server', /answers 416/)
  delete w.hub.faults.wrong
  await w.pull()
  isWhole(w.own, w.hub)
})

test('aborting ends it at once, keeps what has come, and frees the lock', async () => {
  await using w = await world()
  w.hub.faults.stalls = { [WEIGHTS]: 120_000 }
  const controller = new AbortController()
  const reason = new Error('enough')
  const options = {
    signal: controller.signal,
    onProgress: ({ bytes }: PullProgress) => {
      if (bytes >= NEEDED_BYTES - 180_000) controller.abort(reason)
    },
  }
  assert.is(await errorOf(() => w.pull(options)), reason)
  assert.equal(litterOf(treeOf(w.cacheDir)), [])
  const kept = readFileSync(`${w.blob(WEIGHTS)}.incomplete`)
  assert.ok(kept.equals(NEEDED[WEIGHTS].subarray(0, 120_000)))
  delete w.hub.faults.stalls
  assert.is((await w.pull()).fetched, 180_000)
  assert.is(await errorOf(() => w.pull({ signal: controller.signal })), reason)
})

test('two calls at once: one fetches, the other finds', async () => {
  await using w = await world()
  const both = await Promise.all([w.pull(), w.pull({ revision: 'v1' })])
  assert.equal(both.map(({ fetched }) => fetched).sort(), [0, NEEDED_BYTES])
  assert.equal(
    w.hub.fetched().sort(),
    Object.keys(NEEDED)
      .filter((path) => path !== 'vocab.txt')
      .sort(),
  )
  isWhole(w.own, w.hub)
})

test('files can be named, and do not count as the model', async () => {
  await using w = await world()
  const { files } = await w.pull({ files: ['onnx/model.onnx', 'README.md', 'README.md'] })
  assert.equal(
    files.map(({ path }) => path),
    ['onnx/model.onnx', 'README.md'],
  )
  await fails(() => w.pull({ files: ['none.txt'] }), 'entry', /it has no none\.txt/)
  const options = { offline: true, endpoint: 'http://127.0.0.1:1' }
  assert.is((await w.pull({ ...options, files: ['README.md'] })).fetched, 0)
  await fails(() => w.pull({ ...options, files: ['README.md', 'config.json'] }), 'offline', /not all of it/)
  await fails(() => w.pull(options), 'offline', /not all of it/)
})

test('without a network: what is there is taken, what is not is told', async () => {
  await using w = await world()
  const nowhere = { endpoint: 'http://127.0.0.1:1' }
  await fails(
    () => w.pull({ ...nowhere, offline: true }),
    'offline',
    /HF_HUB_OFFLINE leaves the network alone/,
  )
  await fails(() => w.pull(nowhere), 'network', /127\.0\.0\.1:1: .*(ECONNREFUSED|bad port)/)
  const { folder } = await w.pull()
  const offline = await w.pull({ ...nowhere, offline: true })
  assert.equal([offline.folder, offline.bytes, offline.fetched], [folder, NEEDED_BYTES, 0])
  await fails(() => w.pull(nowhere), 'network', new RegExp(`is in ${folder}, and with HF_HUB_OFFLINE=1`))
})

test('wrong arguments are refused before anything is asked', async () => {
  await using w = await world()
  for (const name of ['tiny', 'a/b/c', '../b', 'a/..', 'a/b--c', '/b', 'a/', 'a/b.git', 'a/b\n', 'é/b', ''])
    await rejects(() => pullModel(name, {}), 'BAD_ARGUMENT', /^repository: got .*owner\/name/)
  for (const revision of ['', '../main', '/main', 'a//b', 'a\\b', 'a b', '-x'])
    await rejects(() => w.pull({ revision }), 'BAD_ARGUMENT', /^revision: got/)
  for (const endpoint of ['ftp://host', 'host', 'http://me:pw@host', 'http://host/?a'])
    await rejects(() => w.pull({ endpoint }), 'BAD_ARGUMENT', /^endpoint: got/)
  await rejects(() => w.pull({ files: ['../x'] }), 'BAD_FILE', /no path below its folder/)
  await rejects(() => w.pull({ revison: 'x' } as object), 'BAD_ARGUMENT', /did you mean revision\?/)
  for (const token of ['hf_a b', 'hf_\n', ''])
    await rejects(
      () => w.pull({ token }),
      'BAD_ARGUMENT',
      /^token: got a text with spaces or other characters/,
    )
  assert.equal(w.hub.asked, [])
})

test.run()
