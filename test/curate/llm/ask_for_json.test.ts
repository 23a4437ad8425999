import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { askForJson } from '../../../lib/curate/llm/ask_for_json.ts'
import { LlmError } from '../../../lib/curate/llm/llm_error.ts'
import { jsonFields } from '../../../lib/io/json_fields.ts'
import { scriptedModel } from '../../support/scripted_model.ts'

const schema = { type: 'object', properties: { verdict: { enum: ['YES', 'NO'] } }, required: ['verdict'] }
const question = {
  messages: [{ role: 'user', content: 'Is it?' }],
  schema,
  read: (value: unknown) => jsonFields('the answer', value).oneOf('verdict', ['YES', 'NO'] as const),
} as const

test('JSON is found in what is around it', async () => {
  const json = '{"verdict": "YES"}'
  for (const text of [json, `\`\`\`json\n${json}\n\`\`\``, `Sure! Here it is: ${json} I hope that helps.`]) {
    const model = scriptedModel(() => text)
    assert.is(await askForJson(model, question), 'YES')
    assert.equal(model.asked[0]!.schema, schema)
    assert.match(
      model.asked[0]!.messages[0]!.content,
      /^Is it\?\n\nAnswer with JSON alone, of this schema: \{"type/,
    )
  }
})

test('an answer that does not fit is asked for again, with the error and what was said', async () => {
  const model = scriptedModel(
    (_, number) => ['Yes, a dog is.', '{"verdict":"MAYBE"}', '{"verdict":"NO"}'][number]!,
  )
  assert.is(await askForJson(model, question), 'NO')
  const last = model.asked[2]!.messages
  assert.equal(
    last.map(({ role }) => role),
    ['user', 'assistant', 'user', 'assistant', 'user'],
  )
  assert.is(last[1]!.content, 'Yes, a dog is.')
  assert.match(last[2]!.content, /^That does not fit: the answer: not JSON\. Answer with JSON alone/)
  assert.match(last[4]!.content, /^That does not fit: the answer: verdict: got "MAYBE"; expected YES, NO\./)
})

test('prose, another language and 1 MB of nonsense end in an error that says so, and are not sent back whole', async () => {
  for (const text of [
    'I cannot say.',
    '私にはわかりません。',
    '{'.repeat(1 << 20),
    '[[[1]',
    'x'.repeat(1 << 20),
  ]) {
    const model = scriptedModel(() => text)
    const error = await askForJson(model, { ...question, tries: 2 }).catch((thrown) => thrown)
    assert.instance(error, LlmError)
    assert.is(error.reason, 'shape')
    assert.match(error.message, /^test: scripted: 2 answers do not fit: the answer: /)
    assert.is(model.asked.length, 2)
    assert.ok(JSON.stringify(model.asked[1]).length < 10_000)
  }
})

test('errors that are no fault of the answer are thrown as they are', async () => {
  const broken = { ...question, read: () => assert.unreachable('a mistake of ours') as never }
  const error = await askForJson(
    scriptedModel(() => '{}'),
    broken,
  ).catch((thrown) => thrown)
  assert.match(error.message, 'a mistake of ours')
})

test.run()
