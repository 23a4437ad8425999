// T5 over the tensors of a published folder against transformers: published/make_t5.py.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ErrorCode } from '../../../../lib/core/errors.ts'
import { jsonFields } from '../../../../lib/io/json_fields.ts'
import { t5Config } from '../../../../lib/models/lm/families/t5/config.ts'
import { t5 } from '../../../../lib/models/lm/families/t5/family.ts'
import { rejects } from '../../../support/rejects.ts'
import { farthest, goldenOf, openFamily } from './support.ts'

interface Golden {
  readonly ids: readonly (readonly number[])[]
  readonly forced: readonly number[]
  readonly vocabulary: number
}

for (const folder of ['t5', 't5-v11'])
  test(`${folder}: logits are those of transformers, at once, by tokens and in a batch`, async () => {
    const { golden, tensor } = await goldenOf<Golden>(folder)
    const { ids, forced, vocabulary } = golden
    const all = await openFamily(t5, folder, ids.length, 300)
    await all.encode(ids)
    const together = await all.advance(ids.map(() => forced))
    all.dispose()
    const size = forced.length * vocabulary
    for (const [i, prompt] of ids.entries()) {
      const expected = tensor(`logits.${i}`)
      const own = together.subarray(i * size, (i + 1) * size)
      assert.ok(farthest(own, expected) < 1e-4, `${i}: ${farthest(own, expected)}`)
      const model = await openFamily(t5, folder, 1, 300)
      await model.encode([prompt])
      const parts = [await model.advance([forced.slice(0, 3)])]
      for (const token of forced.slice(3)) parts.push(await model.advance([[token]]))
      model.dispose()
      assert.equal(Float32Array.from(parts.flatMap((part) => [...part])), own, 'the same bits')
    }
  })

test('configs: gates, ties and what is not read', async () => {
  const base = {
    ...{ model_type: 't5', vocab_size: 32128, d_model: 768, num_layers: 12, num_heads: 12, d_kv: 64 },
    ...{ d_ff: 3072, relative_attention_num_buckets: 32 },
  }
  const read = (value: object) => t5Config(jsonFields('config.json', value))
  const old = read(base)
  assert.equal([old.gated, old.activation, old.isTied, old.decoderLayers], [false, 'relu', true, 12])
  const later = read({
    ...base,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: false,
    num_decoder_layers: 6,
  })
  assert.equal(
    [later.gated, later.activation, later.isTied, later.decoderLayers],
    [true, 'gelu_tanh', false, 6],
  )
  const wrong: readonly (readonly [object, ErrorCode, RegExp])[] = [
    [{ ...base, feed_forward_proj: 'swish' }, 'UNSUPPORTED', /feed_forward_proj/],
    [{ ...base, relative_attention_max_distance: 64 }, 'UNSUPPORTED', /relative_attention_max_distance/],
    [{ ...base, relative_attention_num_buckets: 6 }, 'BAD_ARGUMENT', /config.buckets/],
    [{ ...base, d_kv: 4096 }, 'BAD_ARGUMENT', /config.headWidth/],
    [{ ...base, num_decoder_layers: 100_000 }, 'BAD_ARGUMENT', /config.layers/],
  ]
  for (const [config, code, message] of wrong) await rejects(() => read(config), code, message)
})

test.run()
