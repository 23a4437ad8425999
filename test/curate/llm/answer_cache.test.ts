import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cacheAnswers } from '../../../lib/curate/llm/answer_cache.ts'
import type { ChatRequest } from '../../../lib/curate/llm/chat_model.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { scriptedModel } from '../../support/scripted_model.ts'

const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  ...more,
})
const filesOf = (folder: string) =>
  (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).filter((name) =>
    /[0-9a-f]{64}$/.test(name),
  )

test('an answer is asked for once, also by another process', async () => {
  const folder = temporaryFolder()
  const model = scriptedModel((_, number) => `answer ${number}`)
  const cached = await cacheAnswers(model, folder)
  assert.equal(await cached.chat(ask('a')), {
    text: 'answer 0',
    usage: { input: 10, output: 2 },
    cached: false,
  })
  assert.equal(await cached.chat(ask('a')), {
    text: 'answer 0',
    usage: { input: 10, output: 2 },
    cached: true,
  })
  const again = await cacheAnswers(
    scriptedModel(() => 'another'),
    folder,
  )
  assert.is((await again.chat(ask('a'))).text, 'answer 0')
})

test('whatever changes the answer changes the file; the order of fields and what is left out do not', async () => {
  const folder = temporaryFolder()
  const model = scriptedModel((_, number) => `answer ${number}`)
  const cached = await cacheAnswers(model, folder)
  const requests = [
    ask('a'),
    ask('b'),
    ask('a', { sample: 1 }),
    ask('a', { temperature: 0.5 }),
    ask('a', { maxTokens: 5 }),
    ask('a', { schema: { type: 'object', required: ['x'] } }),
    { messages: [{ role: 'system', content: 'a' }] } as const,
  ]
  const texts = []
  for (const request of requests) texts.push((await cached.chat(request)).text)
  assert.is(new Set(texts).size, requests.length)
  assert.is((await cached.chat(ask('a', { sample: 0, maxTokens: 2048, temperature: 0 }))).text, texts[0])
  assert.is((await cached.chat(ask('a', { schema: { required: ['x'], type: 'object' } }))).text, texts[5])
  const other = await cacheAnswers(
    scriptedModel(() => 'of another model', { name: 'other' }),
    folder,
  )
  assert.is((await other.chat(ask('a'))).text, 'of another model')
  assert.is(filesOf(folder).length, requests.length + 1)
})

test('equal requests at the same time are one, and one that fails is asked anew by the next', async () => {
  const slow = scriptedModel(async (_, number) => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (number === 0) throw new Error('once')
    return `answer ${number}`
  })
  const cached = await cacheAnswers(slow, temporaryFolder())
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => cached.chat(ask('a'))))
  assert.equal(
    all.map((one) => (one.status === 'fulfilled' ? one.value.text : String(one.reason))),
    ['Error: once', ...Array(4).fill('answer 1')],
  )
  assert.is(slow.asked.length, 2)
})

test('files that are damaged count for nothing', async () => {
  const folder = temporaryFolder()
  const model = scriptedModel((_, number) => `answer ${number}`)
  const cached = await cacheAnswers(model, folder)
  await cached.chat(ask('a'))
  const path = join(folder, filesOf(folder)[0]!)
  const whole = readFileSync(path, 'utf8')
  const damages = [
    '',
    whole.slice(0, -9),
    whole.replace(/"name":"./, '"name":"x'),
    '[]',
    whole.replace('version":1', 'version":2'),
  ]
  for (const [i, damaged] of damages.entries()) {
    writeFileSync(path, damaged)
    assert.is((await cached.chat(ask('a'))).text, `answer ${i + 1}`)
  }
})

test('a folder that cannot be made is told', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await rejects(
    () =>
      cacheAnswers(
        scriptedModel(() => ''),
        join(file, 'cache'),
      ),
    'BAD_FILE',
    /file/,
  )
  await rejects(
    () =>
      cacheAnswers(
        scriptedModel(() => ''),
        '',
      ),
    'BAD_ARGUMENT',
    /^folder/,
  )
})

test.run()
