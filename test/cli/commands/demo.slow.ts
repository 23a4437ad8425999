import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import type { Inversion } from '../../../lib/models/inverter/inversion.ts'
import { loadInverter } from '../../../lib/models/load_inverter.ts'
import type { PredictorConfig } from '../../../lib/models/predictor/config.ts'
import { loadPredictor } from '../../../lib/models/predictor/load.ts'
import { savePredictor } from '../../../lib/models/predictor/save.ts'
import type { WrittenContinuation } from '../../../lib/models/predictor/write.ts'
import { livelyParameters, tinyConfig } from '../../models/predictor/support.ts'
import { bagOfWords, DIMS, vectorOf } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { tinyInverter } from '../tiny_inverter.ts'
import { vmm } from '../world.ts'

const env = { VMM_CACHE_DIR: temporaryFolder() } // built by the first test, used by all

async function saved(change: Partial<PredictorConfig>): Promise<string> {
  const folder = join(temporaryFolder(), 'tiny')
  const config = tinyConfig({ space: 'bag-32', dims: DIMS, ...change })
  const parameters = livelyParameters(config)
  await savePredictor(folder, { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
  return folder
}

const predictor = await saved({})
const inverter = await tinyInverter()
const packages = { 'vector-mamba-predictor': predictor, 'vector-mamba-inverter': inverter }

test('it needs no text and takes one', async () => {
  for (const args of [[], ['demo']]) {
    const { code, stdout } = await vmm(args, { env, packages, stdinIsTerminal: true })
    assert.is(code, 0)
    assert.is(stdout.split('\n\n').length, 4)
  }
  assert.match((await vmm(['demo', 'info'], { env, packages })).stdout, /^info\n/)
})

test("it reads standard input for '-', and lines", async () => {
  const world = { env, stdin: ['It rained. A dog\nbarked.'] }
  assert.match((await vmm(['demo', '-'], world)).stdout, /^It rained\.\n[\s\S]+\n\nA dog barked\.\n/)
  assert.match(
    (await vmm(['demo', '--lines', '-'], world)).stdout,
    /^It rained\. A dog\n[\s\S]+\n\nbarked\.\n/,
  )
})

test('after the nearest concepts come what is read back, the routing, and what is predicted', async () => {
  const sentences = ['The judge read the law.', 'A dog barked.']
  const text = sentences.join(' ')
  await using decoder = await loadInverter(inverter, { encoder: bagOfWords() })
  const rows = Float32Array.from(sentences.flatMap((sentence) => [...vectorOf(sentence)]))
  const inversions = await decoder.invert(vectorsFrom(rows, DIMS, 'bag-32'))
  await using following = await loadPredictor(predictor)
  const contexts = [1, 2].map((n) => vectorsFrom(rows.subarray(0, n * DIMS), DIMS, 'bag-32'))
  const { predictions } = await following.predict(contexts, { inverter: decoder })
  for (const options of [[], ['--predictor', predictor, '--inverter', inverter]]) {
    const world = options.length > 0 ? { env } : { env, packages }
    const { code, stdout, stderr } = await vmm(['demo', '-k', '2', ...options, text], world)
    assert.equal([code, stderr], [0, ''])
    const blocks = stdout.split('\n\n')
    assert.is(blocks.length, 2)
    for (const [i, block] of blocks.entries()) {
      const lines = block.trimEnd().split('\n')
      const known = /".+" — (definition|example) of .+, cosine [01]\.\d{3}$/.source
      const readBack = '  read back from its vector alone: '
      const { text: found, cosine } = inversions[i]!.best!
      if (cosine >= 0.8) assert.is(lines[3], `${readBack}"${found}" — cosine ${cosine.toFixed(3)}`)
      else
        assert.match(
          lines[3]!,
          new RegExp(`^${readBack}no sentence is near this vector; nearest known: ${known}`),
        )
      assert.match(
        lines[4]!,
        /^ {2}routed to expert [012] [01]\.\d\d, expert [012] 0\.\d\d — nearest domains: (war|peace) -?\d\.\d\d, /,
      )
      const written = predictions[i]!.written![0]!.sentences[0]!
      const fits = written.fit >= 0.22
      const next = fits
        ? [`"${written.text}" — fit ${written.fit.toFixed(3)}`, ', as its nearest known sentence']
        : [': no sentence that was written fits; nearest known']
      if (fits) assert.is(lines[5], `  predicted next: ${next[0]}`)
      assert.match(lines.at(-1)!, new RegExp(`^ {2}predicted next${next.at(-1)}: ${known}`))
      assert.is(lines.length, fits ? 7 : 6, block)
    }
  }
})

test('a prediction has read the whole text so far, and nothing beyond it', async () => {
  const texts = ['The judge read the law.', 'A dog barked.', 'It rained.']
  const read = async (some: readonly string[]) =>
    (await vmm(['demo', '--json', some.join(' ')], { env, packages })).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  const all = await read(texts)
  assert.equal(all.slice(0, 2), await read(texts.slice(0, 2)))
  await using model = await loadPredictor(predictor)
  await using decoder = await loadInverter(inverter, { encoder: bagOfWords() })
  const decoded = async (rows: Float32Array) => {
    const [{ best }] = (await decoder.invert(vectorsFrom(rows, DIMS, 'bag-32'))) as [Inversion]
    const { text, cosine } = best!
    return JSON.parse(JSON.stringify({ text, cosine, confident: cosine >= 0.8 }))
  }
  for (const [i, { next, reconstruction }] of all.entries()) {
    const { nearest, ...read } = reconstruction
    assert.equal(read, await decoded(vectorOf(texts[i]!)))
    assert.is(nearest === undefined, read.confident)
    const rows = Float32Array.from(texts.slice(0, i + 1).flatMap((text) => [...vectorOf(text)]))
    const { predictions, vectors } = await model.predict([vectorsFrom(rows, DIMS, 'bag-32')], {
      inverter: decoder,
    })
    assert.equal(next.routing, JSON.parse(JSON.stringify(predictions[0]!.routing)))
    const [{ sentences }] = predictions[0]!.written as [WrittenContinuation]
    const written = sentences[0] && { ...sentences[0], confident: sentences[0].fit >= 0.22 }
    assert.equal(next.decoded, written && JSON.parse(JSON.stringify(written)))
    assert.equal(Object.keys(next.nearest), ['id', 'type', 'surfaceForms', 'text', 'cosine'])
    const known = vectorOf(next.nearest.text)
    const cosine = vectors.row(0).reduce((sum, x, d) => sum + x * known[d]!, 0)
    assert.ok(Math.abs(cosine - next.nearest.cosine) < 1e-4, `${cosine}, not ${next.nearest.cosine}`)
  }
})

test('without a package, or with one of another space, it says so and shows the rest', async () => {
  const plain = await vmm(['nearest', 'It rained.'], { env })
  const none = await vmm(['demo', 'It rained.'], { env })
  assert.equal([none.code, none.stdout], [0, plain.stdout])
  assert.match(
    none.stderr,
    /^vmm: no vectors read back as text: vector-mamba-inverter is not installed \(npm install vector-mamba-inverter\)\n/,
  )
  assert.match(
    none.stderr,
    /\nvmm: no routing and .*: vector-mamba-predictor is not installed \(npm install vector-mamba-predictor\)\n$/,
  )
  const others = {
    predictor: await saved({ space: 'other-32' }),
    inverter: await tinyInverter({ space: 'other-32' }),
  }
  for (const [kind, folder] of Object.entries(others)) {
    const name = `vector-mamba-${kind}`
    const unfit = await vmm(['demo', 'It rained.'], { env, packages: { ...packages, [name]: folder } })
    assert.is(unfit.code, 0)
    assert.match(unfit.stderr, `: ${name} reads vectors of other-32, not of bag-32\n`)
    assert.is(/read back/.test(unfit.stdout), kind === 'predictor')
    assert.is(/routed to/.test(unfit.stdout), kind === 'inverter')
    assert.not.match(unfit.stdout, /predicted next: "/)
    const named = await vmm(['demo', `--${kind}`, folder, 'It rained.'], { env, packages })
    assert.equal([named.code, named.stdout], [1, ''])
    assert.match(named.stderr, /other-32/)
  }
})

test.run()
