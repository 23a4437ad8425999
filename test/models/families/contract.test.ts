// What every family of encoders promises, on its sample: a small model with random weights.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Encoder, GuidedText } from '../../../lib/core/encoder.ts'
import { FAMILIES, NAMED_MODELS } from '../../../lib/models/families/index.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import { deviceInfo } from '../../../lib/runtime/device.ts'
import { makeTokens } from '../../../lib/text/tokenizers/tokens.ts'
import { altered } from '../../io/safetensors/altered.ts'
import { rejects } from '../../support/rejects.ts'
import { sampleBundle } from './sample_bundle.ts'

const words = ['sea', 'the', 'thin', 'on', 'a', 'here', 'water', 'tern', 'inner', 'ship']
const texts = Array.from({ length: 90 }, (_, i) =>
  Array.from({ length: 1 + (i % 3) }, (_, w) => words[(7 * i + 3 * w) % words.length]!).join(' '),
)
const bits = (v: Float32Array) => Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString('base64')
const rowsOf = async (model: Encoder, some: readonly string[], options = {}) =>
  [...some.keys()].map(
    (
      (vectors) => (i: number) =>
        bits(vectors.row(i))
    )((await model.encode(some, options)).vectors),
  )

/** Texts whose own tokens are asked about, beside the vector of another text. */
async function guided(model: Encoder): Promise<GuidedText[]> {
  const { vectors } = await model.encode(texts)
  return texts.map((text, i) => {
    const tokens = model.tokens!.tokenizer.encode(text)
    return { tokens, vector: vectors.row((i + 1) % texts.length), asked: tokens }
  })
}

test('architectures and names are told apart', () => {
  assert.is(new Set(FAMILIES.map(({ architecture }) => architecture)).size, FAMILIES.length)
  const names = FAMILIES.flatMap(({ models }) => Object.keys(models))
  assert.equal(names.sort(), Object.keys(NAMED_MODELS).sort())
})

for (const family of FAMILIES) {
  const check = (name: string, run: () => Promise<void>) => test(`${family.architecture}: ${name}`, run)
  const folder = await sampleBundle(family)

  check('a text alone, in any batch and with any number of threads gives the same bits', async () => {
    await using model = await loadEncoder(folder)
    const together = await rowsOf(model, texts)
    assert.equal(await rowsOf(model, texts, { threads: 1 }), together)
    for (const i of [0, 1, 2, 33, 89]) assert.equal(await rowsOf(model, [texts[i]!]), [together[i]])
    assert.ok(new Set(together).size > 20, 'texts have vectors of their own')
  })

  check('vectors are of its space, of unit length, and depend on the weights', async () => {
    await using model = await loadEncoder(folder)
    const { space, dims, capacityTokens } = family.config(family.sample.config)
    assert.equal([model.space, model.dims, model.capacityTokens], [space, dims, capacityTokens])
    const { vectors } = await model.encode(texts)
    for (let i = 0; i < texts.length; i++) {
      const length = Math.hypot(...vectors.row(i))
      assert.ok(Math.abs(length - 1) < 1e-5, `row ${i} has length ${length}`)
    }
    await using rounded = await loadEncoder(await sampleBundle(family, 'bf16'))
    assert.is.not(rounded.fingerprint, model.fingerprint, 'no parameter of it is stored as bf16')
    const cosines = (await rounded.encode(texts)).vectors
    const cosine = cosines.row(0).reduce((sum, x, d) => sum + x * vectors.row(0)[d]!, 0)
    assert.ok(cosine > 0.98 && cosine < 1 + 1e-6, `bf16: ${cosine}`)
  })

  check('texts beyond the capacity are cut, and told', async () => {
    await using model = await loadEncoder(folder)
    const long = 'water '.repeat(4 * model.capacityTokens).trim()
    const { vectors, truncated } = await model.encode(['sea', long, `${long} ship`])
    assert.equal(truncated, [1, 2])
    assert.is(bits(vectors.row(1)), bits(vectors.row(2)))
  })

  check('the tokens of each text are told, as many as are read', async () => {
    await using model = await loadEncoder(folder)
    const { tokenizer } = model.tokens!
    const long = 'water '.repeat(4 * model.capacityTokens).trim()
    const some = [...texts, '', long, ...texts]
    const expected = some.map((text) => Math.min(tokenizer.encode(text).length, model.capacityTokens))
    assert.ok(new Set(expected).size > 3)
    assert.equal([...(await model.encode(some)).tokens!], expected)
    assert.equal([...(await model.encode([])).tokens!], [])
    const streamed: number[] = []
    for await (const { count, tokens } of model.encodeBlocks(some)) {
      assert.is(tokens!.length, count)
      streamed.push(...tokens!)
    }
    assert.equal(streamed, expected)
  })

  check('token ids get the bits, counts and cuts that their texts get', async () => {
    await using model = await loadEncoder(folder)
    const { tokenizer } = model.tokens!
    const long = 'water '.repeat(4 * model.capacityTokens).trim()
    const some = [...texts, '', long, ...texts]
    const ids = some.map((text, i) => {
      const own = tokenizer.encode(text)
      return i % 2 === 0 ? own : [...own]
    })
    const [given, expected] = [await model.encodeTokens!(ids), await model.encode(some)]
    assert.equal(Array.from(given.vectors, bits), Array.from(expected.vectors, bits))
    assert.equal([given.truncated, given.tokens], [expected.truncated, expected.tokens])
    assert.is(given.vectors.space, model.space)
    assert.is((await model.encodeTokens!([])).vectors.count, 0)
    const told: unknown[] = []
    await model.encodeTokens!(ids, { onProgress: (...how) => told.push(how.join()) })
    assert.is(told.at(-1), `${some.length},${some.length}`)
  })

  check('token ids that it does not have are refused by name', async () => {
    const model = await loadEncoder(folder)
    const { size } = model.tokens!.tokenizer
    const id = `a token id, a whole number from 0 to ${size - 1}$`
    const beyond = [...new Array<number>(model.capacityTokens).fill(1), size]
    for (const [wrong, place, got] of [
      [[[1], [2, size]], '\\[1\\]\\[1\\]', size],
      [[Int32Array.of(-1)], '\\[0\\]\\[0\\]', -1],
      [[[0.5]], '\\[0\\]\\[0\\]', 0.5],
      [[[Number.NaN]], '\\[0\\]\\[0\\]', 'NaN'],
      [[beyond], `\\[0\\]\\[${model.capacityTokens}\\]`, size],
    ] as const)
      await rejects(
        () => model.encodeTokens!(wrong),
        'BAD_ARGUMENT',
        new RegExp(`^texts${place}: got ${got}; expected ${id}`),
      )
    for (const wrong of ['sea', [1, 2], ['sea'], [null], null])
      await rejects(() => model.encodeTokens!(wrong as never), 'BAD_ARGUMENT', /^texts(\[0\])?: got /)
    await rejects(
      () => model.encodeTokens!([[1]], { sginal: 1 } as never),
      'BAD_ARGUMENT',
      /did you mean signal/,
    )
    const signal = AbortSignal.abort(new Error('enough'))
    assert.is(await model.encodeTokens!([[1]], { signal }).catch((error: Error) => error.message), 'enough')
    model.dispose()
    await rejects(() => model.encodeTokens!([[1]]), 'DISPOSED', /the model was disposed$/)
  })

  check('a capacity of more tokens than the usual programs have rows', async () => {
    const wide = await sampleBundle(family, 'f32', { capacityTokens: 3000 })
    await using model = await loadEncoder(wide)
    const long = 'water '.repeat(400).trim()
    const { length } = model.tokens!.tokenizer.encode(long)
    assert.ok(length > 1100 && length < 2900, `${length} tokens`)
    const { vectors, truncated } = await model.encode([long, 'sea', `${long} on`])
    assert.equal(truncated, [])
    assert.is(bits(vectors.row(0)), bits((await model.encode(long)).vectors.row(0)))
    assert.is.not(bits(vectors.row(0)), bits(vectors.row(2)))
  })

  check('the guide tells the same of a text alone and in a batch', async () => {
    await using model = await loadEncoder(folder)
    const some = await guided(model)
    const all = await model.guide!.lifts(some, 1, {})
    for (const i of [0, 5, 89]) assert.equal(await model.guide!.lifts([some[i]!], 1, {}), [all[i]])
    assert.ok(all.some((lifts) => lifts.some((lift) => lift !== 0)))
  })

  check('an abort ends it with the reason, and what follows is right', async () => {
    await using model = await loadEncoder(folder)
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    try {
      await model.encode(texts, { signal: stop.signal })
      assert.unreachable('was not aborted')
    } catch (error) {
      assert.is((error as Error).message, 'enough')
    }
    assert.is((await model.encode(texts)).vectors.count, texts.length)
  })

  check('disposing frees all that loading took', async () => {
    const before = deviceInfo().liveBytes
    const model = await loadEncoder(folder)
    const guide = model.guide!
    const some = await guided(model)
    await guide.lifts(some, 1, {})
    model.dispose()
    model.dispose()
    const after = deviceInfo().liveBytes
    assert.equal([after.state, after.mapped], [before.state, before.mapped])
    await rejects(() => model.encode('sea'), 'DISPOSED', /the model was disposed$/)
    await rejects(() => guide.lifts(some, 1, {}), 'DISPOSED', /the model was disposed$/)
  })

  check('lifts that are under way when the model is disposed are told to their end', async () => {
    const before = deviceInfo().liveBytes.mapped
    const model = await loadEncoder(folder)
    const some = await guided(model)
    const expected = await model.guide!.lifts(some, 1, {})
    for (const used of [false, true]) {
      const other = await loadEncoder(folder)
      if (used) await other.guide!.lifts(some, 1, {})
      const running = other.guide!.lifts(some, 1, {})
      await new Promise((resolve) => setImmediate(resolve))
      other.dispose()
      assert.equal(await running, expected)
    }
    model.dispose()
    assert.is(deviceInfo().liveBytes.mapped, before)
  })

  check('a bundle of another architecture, and one without a file, is refused by name', async () => {
    const other = await sampleBundle(family)
    await altered(other, (manifest) => ({ ...manifest, architecture: 'no-such' }))
    const known = FAMILIES.map(({ architecture }) => architecture).join(', ')
    await rejects(
      () => loadEncoder(other),
      'UNSUPPORTED',
      new RegExp(`architecture 'no-such'; this version knows ${known}$`),
    )
    await altered(other, ({ files, ...manifest }) => {
      const { 'model.safetensors': _, ...rest } = files
      return { ...manifest, architecture: family.architecture, files: rest }
    })
    await rejects(() => loadEncoder(other), 'BAD_FILE', /files: model\.safetensors is missing/)
  })

  check('a vocabulary of more pieces than the model has embeddings is refused, saved or loaded', async () => {
    const { about, content } = family.sample.tokens()
    const [rows] = family.parameters(family.config(family.sample.config))[family.table]!.shape
    const pieces = JSON.parse(content) as unknown[]
    const more = Array.from({ length: rows! + 1 - pieces.length }, (_, i) => [`more${i}`, -9])
    const tokens = makeTokens(about, JSON.stringify([...pieces, ...more]))
    const given = `${rows! + 1} pieces`
    await rejects(
      () => sampleBundle(family, 'f32', {}, tokens),
      'BAD_ARGUMENT',
      new RegExp(`^tokens: got ${given}; expected at most ${rows}, as many as there are embeddings$`),
    )
    const other = await sampleBundle(family)
    writeFileSync(join(other, about.file), tokens.content)
    await altered(other)
    await rejects(
      () => loadEncoder(other),
      'BAD_FILE',
      new RegExp(`${about.file}: ${given}; the model has ${rows} embeddings$`),
    )
  })
}

for (const [name, model] of Object.entries(NAMED_MODELS))
  test(`${name}: its golden vectors hold, and its weights are mapped rather than copied`, async () => {
    const before = deviceInfo().liveBytes.state
    await using encoder = await loadEncoder(name)
    const copied = deviceInfo().liveBytes.state - before
    assert.ok(copied < 1e6, `${copied} bytes were copied`)
    const golden = model.golden()
    const { vectors } = await encoder.encode(golden.map(({ text }) => text))
    for (const [i, { vector }] of golden.entries()) {
      const off = vector.reduce((most, x, d) => Math.max(most, Math.abs(x - vectors.row(i)[d]!)), 0)
      assert.ok(off <= 1e-5, `golden vector ${i} differs by ${off}`)
    }
  })

test.run()
