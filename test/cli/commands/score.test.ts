import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nativeEngine } from '../../../lib/cli/native_engine.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const folder = temporaryFolder()
const env = { VMM_CACHE_DIR: temporaryFolder() }
const model = join(import.meta.dirname, '..', '..', 'models', 'lm', 'published', 'goldens', 'gpt2')
const run = (...args: string[]) => vmm(['score', '--model', model, ...args], { env, engine: nativeEngine })

test('bits of a text: as an argument, from a file, as JSON, after a prompt', async () => {
  const text = 'The old ferryman counted his coins twice.'
  const { code, stdout, stderr } = await run(text)
  assert.equal([code, stderr], [0, ''])
  assert.is(stdout, '12.6552 bits per token, 8.3339 per byte: 236.84 nats, 27 tokens, 41 bytes\n')
  const path = join(folder, 'text.txt')
  writeFileSync(path, `${text}\n`)
  assert.is((await run('--file', path)).stdout, stdout)
  const json = JSON.parse((await run('--json', text)).stdout)
  assert.equal(Object.keys(json), ['nats', 'tokens', 'bytes', 'bitsPerToken', 'bitsPerByte'])
  const after = JSON.parse((await run('--json', '--prompt', 'the tide', text)).stdout)
  assert.is(after.tokens, json.tokens)
  assert.ok(after.nats !== json.nats)
})

test('wrong usage', async () => {
  assert.match((await run('')).stderr, /the text is empty/)
  const { code, stderr } = await vmm(['score', 'a'], { env })
  assert.is(code, 2)
  assert.match(stderr, /no language model/)
})

test.run()
