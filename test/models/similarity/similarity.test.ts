// Cosines by numpy of vectors that sentence-transformers gives: goldens/make_similarity.py.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cosine } from '../../../lib/core/similarity.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import type { SimilarityConfig } from '../../../lib/models/similarity/config.ts'
import { type LoadSimilarityOptions, loadSimilarity } from '../../../lib/models/similarity/load.ts'
import { STELLA_PROMPTS } from '../../../lib/models/similarity/stella.ts'
import { textSimilarity } from '../../../lib/models/similarity/text_similarity.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const PUBLISHED = join(import.meta.dirname, '..', 'published', 'goldens')
const GOLDEN = JSON.parse(
  readFileSync(join(import.meta.dirname, 'goldens', 'similarity.json'), 'utf8'),
) as Readonly<Record<string, { readonly cosines: readonly number[] }>>
const cacheDir = temporaryFolder()
const exact = { cacheDir, storage: 'f32' } as const

/** Neighbouring texts from the third on, as the goldens have them. */
function pairsOf(name: string): (readonly [string, string])[] {
  const { texts } = JSON.parse(readFileSync(join(PUBLISHED, name, 'golden.json'), 'utf8')) as {
    readonly texts: readonly string[]
  }
  return Array.from({ length: 19 }, (_, i) => [texts[i + 2]!, texts[i + 3]!] as const)
}

/** A copy of a checkpoint, with another file of prompts or none. */
function copyOf(name: string, prompts: Readonly<Record<string, string>> | null): string {
  const folder = join(temporaryFolder(), name)
  cpSync(join(PUBLISHED, name), folder, { recursive: true })
  const file = join(folder, 'config_sentence_transformers.json')
  if (prompts === null) rmSync(file, { force: true })
  else writeFileSync(file, JSON.stringify({ prompts }))
  return folder
}

async function difference(
  golden: string,
  config: SimilarityConfig,
  options: LoadSimilarityOptions = exact,
): Promise<number> {
  const [name] = golden.split(' ')
  await using similarity = await loadSimilarity({ model: join(PUBLISHED, name!), ...config }, options)
  const { cosines } = await similarity.computeSimilarities(pairsOf(name!))
  const expected = GOLDEN[golden]!.cosines
  assert.is(cosines.length, expected.length)
  return Math.max(...cosines.map((x, i) => Math.abs(x - expected[i]!)))
}

const S2S = STELLA_PROMPTS.s2s_query!

test('without prompts: of MiniLM and of both Stellas', async () => {
  assert.ok((await difference('minilm', {})) < 1e-5)
  assert.ok((await difference('stella15 none', { encoder: { prompt_type: null } })) < 1e-5)
  assert.ok((await difference('stella400 none', { encoder: { prompt_type: null } })) < 1e-5)
})

test('the prompt of Stella stands before both texts unless another one is asked for', async () => {
  assert.ok((await difference('stella15 both', {})) < 1e-5)
  assert.ok((await difference('stella15 both', { encoder: { prompt_type: 's2s' } })) < 1e-5)
  assert.ok((await difference('stella15 none', {})) > 1e-2)
})

test('s2p stands before the query alone', async () => {
  const model = copyOf('stella15', { s2p_query: S2S })
  assert.ok((await difference('stella15 first', { model, encoder: { prompt_type: 's2p' } })) < 1e-5)
  assert.ok((await difference('stella15 none', { model })) < 1e-5, 's2s is not among its prompts')
})

test("a folder without its prompts has those of Stella's card; other models have none", async () => {
  const model = copyOf('stella15', null)
  assert.ok((await difference('stella15 both', { model })) < 1e-5)
  await using bare = await loadSimilarity({ model: join(PUBLISHED, 'stella400') }, exact)
  assert.equal(bare.prompts, { first: S2S, second: S2S })
  assert.match(S2S, /text\.\nQuery: $/)
  assert.match(STELLA_PROMPTS.s2p_query!, /query\.\nQuery: $/)
  for (const [name, type, known] of [
    ['minilm', 's2s', 'no prompt: .*minilm has none'],
    ['stella15', 's2p', 's2s_query, or no prompt'],
  ] as const)
    await rejects(
      () => loadSimilarity({ model: join(PUBLISHED, name), encoder: { prompt_type: type } }, exact),
      'BAD_ARGUMENT',
      new RegExp(`^encoder.prompt_type: got "${type}"; expected ${known}$`),
    )
})

test('heads, lengths, unit length and batches', async () => {
  const encoder = { prompt_type: null, embedding_dimension: 64 }
  assert.ok((await difference('stella15 none 64', { encoder })) < 1e-5)
  for (const normalize_embeddings of [true, false])
    assert.ok((await difference('stella15 both', { encoder: { normalize_embeddings } })) < 1e-5)
  assert.ok((await difference('stella15 both', { encoder: { batch_size: 8 } })) < 1e-5)
  await using similarity = await loadSimilarity({ model: join(PUBLISHED, 'stella15') }, exact)
  assert.is(similarity.encoder.capacityTokens, 64)
  const model = join(PUBLISHED, 'stella15')
  await rejects(
    () => loadSimilarity({ model, encoder: { max_length: 256 } }, exact),
    'BAD_ARGUMENT',
    /^encoder.max_length: got 256; expected at most 128, the positions of the model$/,
  )
  await rejects(
    () => loadSimilarity({ model, encoder: { embedding_dimension: 512 } }, exact),
    'BAD_ARGUMENT',
    /^encoder.embedding_dimension: got 512; expected 16, 64, the heads of .*: Stella's model card names 512, its repository has no such head$/,
  )
})

test('a model whose files name no length, or a great one, reads 512 tokens, or as many as it has positions', async () => {
  for (const [length, positions, expected] of [
    [131_072, 128, 128],
    [131_072, 4096, 512],
    [null, 4096, 512],
    [300, 4096, 300],
  ] as const) {
    const model = copyOf('stella15', null)
    writeFileSync(join(model, 'sentence_bert_config.json'), JSON.stringify({ max_seq_length: length }))
    const path = join(model, 'config.json')
    const config = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(path, JSON.stringify({ ...config, max_position_embeddings: positions }))
    await using similarity = await loadSimilarity({ model }, exact)
    assert.is(similarity.encoder.capacityTokens, expected)
  }
})

test('the encoder is that of loadEncoder, so that their vectors are of one space', async () => {
  const model = join(PUBLISHED, 'stella15')
  await using similarity = await loadSimilarity({ model }, exact)
  await using encoder = await loadEncoder(model, exact)
  assert.is(similarity.encoder.space, encoder.space)
  await using prompted = await loadEncoder(model, { ...exact, prompt: 's2s' })
  const pairs = pairsOf('stella15')
  const { vectors } = await prompted.encode(pairs.flat())
  const { cosines } = await similarity.computeSimilarities(pairs)
  for (const i of pairs.keys()) assert.is(cosines[i], cosine(vectors.row(2 * i), vectors.row(2 * i + 1)))
})

test('bundles: use-lite, which has no prompts, one head and one length', async () => {
  await using similarity = await loadSimilarity({ model: 'use-lite' })
  assert.equal(similarity.prompts, { first: '', second: '' })
  const near = await similarity.computeSimilarity('The tide was going out.', 'Water left the bay.')
  const far = await similarity.computeSimilarity('The tide was going out.', 'He paid the bill.')
  assert.ok(near > far && near < 1)
  await using same = await loadSimilarity({
    model: 'use-lite',
    encoder: { embedding_dimension: 512, normalize_embeddings: true, prompt_type: null },
  })
  assert.is(same.encoder.dims, 512)
  for (const [encoder, message] of [
    [{ embedding_dimension: 256 }, /^encoder.embedding_dimension: got 256; expected 512, those of use-lite$/],
    [{ max_length: 256 }, /^encoder.max_length: got 256; expected nothing: use-lite is a bundle/],
    [{ normalize_embeddings: false }, /^encoder.normalize_embeddings: got false; expected nothing/],
    [{ prompt_type: 's2s' }, /^encoder.prompt_type: got "s2s"; expected no prompt: use-lite has none$/],
  ] as const)
    await rejects(() => loadSimilarity({ model: 'use-lite', encoder }), 'BAD_ARGUMENT', message)
})

test('models that are not there, options that do not exist', async () => {
  await rejects(
    () => loadSimilarity({ model: 'no such one' }),
    'NOT_FOUND',
    /^encoder "no such one": neither/,
  )
  const options = { dims: 3 } as LoadSimilarityOptions
  await rejects(() => loadSimilarity({}, options), 'BAD_ARGUMENT', /^dims: no such option/)
})

test('any encoder: pairs as they come, in batches, with progress; alone the same', async () => {
  const model = bagOfWords()
  const similarity = textSimilarity(model, { batchSize: 5, prompts: { first: 'now: ' } })
  const pairs = Array.from({ length: 7 }, (_, i) => [`word ${i}`, `word ${i % 3}`] as const)
  const told: unknown[] = []
  const onProgress = (done: number, total: number | undefined) => told.push([done, total])
  const { cosines } = await similarity.computeSimilarities(pairs, { onProgress })
  assert.equal(told, [
    [2, 7],
    [4, 7],
    [6, 7],
    [7, 7],
  ])
  assert.equal(model.encoded.slice(0, 4), ['now: word 0', 'word 0', 'now: word 1', 'word 1'])
  const stream = async function* () {
    yield* pairs
  }
  assert.equal((await similarity.computeSimilarities(stream())).cosines, cosines)
  for (const [i, [a, b]] of pairs.entries()) assert.is(await similarity.computeSimilarity(a, b), cosines[i])
  assert.equal(await similarity.computeSimilarities([]), { cosines: [], truncated: [] })
})

test('pairs of which a text is cut are told once', async () => {
  const long = 'long '.repeat(200)
  const pairs = [
    ['a', 'b'],
    [long, long],
    ['a', long],
  ] as const
  const similarity = textSimilarity(bagOfWords(), { batchSize: 2 })
  assert.equal((await similarity.computeSimilarities(pairs)).truncated, [1, 2])
})

test('what is no pair is told by its index; what is no text or encoder by its name', async () => {
  const similarity = textSimilarity(bagOfWords())
  const wrong = (pairs: unknown) => () => similarity.computeSimilarities(pairs as [string, string][])
  await rejects(wrong('ab'), 'BAD_ARGUMENT', /^pairs: got "ab"; expected an iterable of pairs/)
  await rejects(wrong(null), 'BAD_ARGUMENT', /^pairs: got null/)
  await rejects(
    wrong([['a', 'b'], ['a']]),
    'BAD_ARGUMENT',
    /^pairs\[1\]: got \["a"\]; expected a pair of texts/,
  )
  await rejects(wrong([['a', 3]]), 'BAD_ARGUMENT', /^pairs\[0\]: got \["a", 3\]/)
  await rejects(wrong(['ab']), 'BAD_ARGUMENT', /^pairs\[0\]: got "ab"/)
  const call = similarity.computeSimilarity as (...texts: unknown[]) => Promise<number>
  await rejects(() => call('a', undefined), 'BAD_ARGUMENT', /^b: got undefined; expected a text/)
  await rejects(() => call('a', 'b', { treads: 1 }), 'BAD_ARGUMENT', /^treads: no such option/)
  const make = textSimilarity as (...given: unknown[]) => unknown
  await rejects(() => make(null), 'BAD_ARGUMENT', /^encoder: got null/)
  await rejects(() => make(bagOfWords(), { batchSize: 0 }), 'BAD_ARGUMENT', /^batchSize: got 0/)
  await rejects(
    () => make(bagOfWords(), { prompts: { both: 'x' } }),
    'BAD_ARGUMENT',
    /^prompts.both: no such/,
  )
  await rejects(() => make(bagOfWords(), { prompts: { first: 1 } }), 'BAD_ARGUMENT', /^prompts.first: got 1/)
})

test('an abort ends it, also while no pair comes; a disposed one refuses', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const { signal } = controller
  const similarity = textSimilarity(bagOfWords())
  const stuck = async function* () {
    yield ['a', 'b'] as const
    await new Promise(() => {})
  }
  const waiting = similarity.computeSimilarities(stuck(), { signal })
  setTimeout(() => controller.abort(reason), 5)
  assert.is(await waiting.catch((error: unknown) => error), reason)
  assert.is(await similarity.computeSimilarity('a', 'b', { signal }).catch((error: unknown) => error), reason)
  const loaded = await loadSimilarity({ model: 'use-lite' })
  loaded.dispose()
  loaded.dispose()
  await rejects(() => loaded.computeSimilarity('a', 'b'), 'DISPOSED', /the model was disposed/)
})

test.run()
