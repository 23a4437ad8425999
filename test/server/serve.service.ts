// `vmm serve`, in a world of stand-ins and as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../lib/cli/context.ts'
import { loadEncoder } from '../../lib/index.ts'
import { vmm } from '../cli/world.ts'
import { vectorOf } from '../support/bag_of_words.ts'
import { temporaryFolder } from '../support/folder.ts'
import { optionalPackage } from '../support/optional_package.ts'
import { testUnless } from '../support/skip.ts'

const missing = await optionalPackage('server')
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const ADDRESS = /^vmm serves (\S+) at (http:\S+)\n$/

interface Embeddings {
  readonly data: readonly { readonly embedding: number[] }[]
}
const embeddings = async (address: string, input: string[], headers: Record<string, string> = {}) =>
  fetch(`${address}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ input }),
  })
const rowsOf = async (answer: Response) =>
  ((await answer.json()) as Embeddings).data.map(({ embedding }) => Float32Array.from(embedding))

testUnless(
  missing,
  'the command says where it is, serves, logs no texts, and ends without failure',
  async () => {
    const stdout = new PassThrough()
    const interrupt = new AbortController()
    const env = { VMM_TOKEN: 'a-token-of-24-characters', VMM_CACHE_DIR: temporaryFolder() }
    const ended = vmm(['serve', '--port', '0', '--log'], { stdout, env, signal: interrupt.signal })
    const [line] = (await once(stdout, 'data')) as [Buffer]
    const [, model, address] = ADDRESS.exec(line.toString())!
    assert.is(model, 'bag-of-words')
    assert.is((await embeddings(address!, ['my secret'])).status, 401)
    const answer = await embeddings(address!, ['my secret'], { authorization: `Bearer ${env.VMM_TOKEN}` })
    assert.equal(await rowsOf(answer), [vectorOf('my secret')])
    interrupt.abort(new Interrupted(143))
    const { code, stderr } = await ended
    assert.is(code, 0)
    const entries = stderr.split('\n').filter((text) => text.startsWith('{'))
    const told = entries.map((text) => JSON.parse(text) as Record<string, unknown>)
    assert.equal(
      told.map(({ method, route, status, user }) => [method, route, status, user]),
      [
        ['POST', '/v1/embeddings', 401, '-'],
        ['POST', '/v1/embeddings', 200, 'default'],
      ],
    )
    assert.not.match(stderr, /secret|token-of/)
  },
)

testUnless(missing, 'a process gives the bits of the library, and ends by SIGTERM with 0', async () => {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    const [, model, address] = ADDRESS.exec(line.toString())!
    assert.is(model, 'use-lite')
    const texts = ['The cat sleeps.', 'It rains.']
    const encoder = await loadEncoder()
    const { vectors } = await encoder.encode(texts)
    assert.equal(await rowsOf(await embeddings(address!, texts)), [...vectors])
    encoder.dispose()
    const large = embeddings(
      address!,
      Array.from({ length: 2000 }, (_, i) => `A long text, number ${i}, about ships and the sea.`),
    ).then(
      ({ status }) => status,
      () => null,
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'exit')
    assert.equal([code, signal], [0, null])
    assert.ok([200, 503].includes((await large)!))
  } finally {
    child.kill('SIGKILL')
  }
})

test.run()
