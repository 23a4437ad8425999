import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EncodeOptions } from '../../../lib/core/encoder.ts'
import { VmmError } from '../../../lib/core/errors.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { type Embeds, embed, embedMany } from '../../../lib/models/encoder/embed.ts'

const given: (EncodeOptions | undefined)[] = []
/** A text's vector is its length and 1. */
const model: Embeds = {
  encode: async (texts, options) => {
    given.push(options)
    const rows: number[] = []
    for await (const text of texts) rows.push(text.length, 1)
    return { vectors: vectorsFrom(Float32Array.from(rows), 2, 'length-2'), truncated: [], tokens: null }
  },
}

async function refused(promise: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof VmmError && error.code === 'BAD_ARGUMENT')
    return assert.match(error.message, message)
  }
  assert.unreachable('was accepted')
}

test('one text, and several', async () => {
  assert.equal([...(await embed(model, 'three'))], [5, 1])
  const some = await embedMany(model, new Set(['a', 'bcd']))
  assert.equal(
    some.map((row) => [...row]),
    [
      [1, 1],
      [3, 1],
    ],
  )
  assert.is(some[0]!.buffer, some[1]!.buffer)
  assert.equal(await embedMany(model, []), [])
  async function* later() {
    yield 'four'
  }
  assert.is((await embedMany(model, later())).length, 1)
})

test('options reach the model', async () => {
  const options = { threads: 1 }
  await embed(model, 'x', options)
  assert.is(given.at(-1), options)
  await embedMany(model, ['x'], options)
  assert.is(given.at(-1), options)
})

test('what is no text and no model is refused by name', async () => {
  await refused(embed(model, ['x'] as never), /text: got \["x"\]; expected a string; embedMany takes several/)
  await refused(embedMany(model, 'x'), /texts: got "x"; expected an array of strings; embed takes one/)
  await refused(embed('x' as never, 'x'), /model: got "x"; expected an encoder/)
  await refused(embedMany(undefined as never, ['x']), /model: got undefined/)
})

test.run()
