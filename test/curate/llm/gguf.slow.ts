// llama.cpp itself, on a model of random weights: it speaks no sense, but must keep to the schema.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import type { ChatRequest } from '../../../lib/curate/llm/chat_model.ts'
import { ggufModel, type NodeLlamaCpp, openGguf } from '../../../lib/curate/llm/gguf.ts'
import { LlmError } from '../../../lib/curate/llm/llm_error.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { testUnless } from '../../support/skip.ts'
import { tinyGguf } from '../../support/tiny_gguf.ts'

const peer = new URL('../../../bench/peers/node_modules/node-llama-cpp/dist/index.js', import.meta.url)
const missing = existsSync(peer) ? null : 'node-llama-cpp is not installed; npm run bench installs it'

const schema = {
  type: 'object',
  properties: { verdict: { enum: ['YES', 'NO'] }, number: { type: 'integer' } },
  required: ['verdict', 'number'],
  additionalProperties: false,
}
const request: ChatRequest = {
  messages: [
    { role: 'system', content: 'You answer.' },
    { role: 'user', content: 'Is a dog an animal?' },
    { role: 'assistant', content: 'Perhaps.' },
    { role: 'user', content: 'Is it?' },
  ],
  maxTokens: 100,
}

testUnless(missing, 'a GGUF file answers, within a schema, and the same another time', async () => {
  const folder = temporaryFolder()
  process.env.VMM_CACHE_DIR = folder
  const path = join(folder, 'tiny.gguf')
  writeFileSync(path, tinyGguf())
  const module = (await import(peer.href)) as NodeLlamaCpp
  const model = await ggufModel(module, { path, contextTokens: 512, threads: 1 })
  try {
    assert.match(model.model, /^tiny\.gguf [0-9a-f]{12}$/)
    const [one, other] = await Promise.all([
      model.chat({ ...request, schema }),
      model.chat({ ...request, schema }),
    ])
    const said = JSON.parse(one.text)
    assert.ok(['YES', 'NO'].includes(said.verdict) && Number.isInteger(said.number), one.text)
    assert.is(other.text, one.text)
    assert.ok(one.usage.input! > 20 && one.usage.output! > 10, JSON.stringify(one.usage))
    const error = await model.chat({ ...request, maxTokens: 7 }).catch((thrown) => thrown)
    assert.instance(error, LlmError)
    assert.is(error.reason, 'length')
    assert.is(error.usage.output, 7)
    const signal = AbortSignal.abort(new Error('enough'))
    assert.is((await model.chat(request, { signal }).catch((thrown) => thrown)).message, 'enough')
    const broken = join(folder, 'broken.gguf')
    writeFileSync(broken, tinyGguf().subarray(0, 5000))
    await rejects(
      () => ggufModel(module, { path: broken }),
      'BAD_FILE',
      /broken\.gguf: llama\.cpp cannot run it/,
    )
    await rejects(() => ggufModel(module, { path: `${path}x` }), 'NOT_FOUND', /tiny\.ggufx/)
  } finally {
    await model.dispose()
  }
})

test('without the package its name is told, and wrong options before', async () => {
  const error = await openGguf({ path: 'none.gguf' }).catch((thrown) => thrown)
  assert.instance(error, VmmError)
  assert.ok(error.code === 'NOT_FOUND' || /npm install node-llama-cpp$/.test(error.message), error.message)
  await rejects(() => openGguf({ path: '' }), 'BAD_ARGUMENT', /^path: got ""/)
  await rejects(() => openGguf({ path: 'a', thread: 1 } as never), 'BAD_ARGUMENT', /did you mean threads/)
})

test.run()
