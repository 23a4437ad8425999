import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Interrupted } from '../../../../lib/cli/context.ts'
import { readAnnotationItems, readAnnotationKey } from '../../../../lib/evaluate/annotation/files.ts'
import { loadLanguageModel } from '../../../../lib/models/lm/load.ts'
import { languageModelParameters } from '../../../../lib/models/lm/parameters.ts'
import { parameterCount } from '../../../../lib/weights/specs.ts'
import { bagOfWords, standIn } from '../../../support/bag_of_words.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { tinyInverter } from '../../tiny_inverter.ts'
import { tinyLanguageModelBundle } from '../../tiny_language_model.ts'
import { vmm } from '../../world.ts'

const root = temporaryFolder()
const env = { VMM_CACHE_DIR: join(root, 'cache') }
const packages = { 'vector-mamba-inverter': await tinyInverter() }
const WORDS = 'sea ship storm wind night dog judge law rope deck bell fog'.split(' ')
const sentence = (i: number) =>
  Array.from({ length: 2 + (i % 6) }, (_, w) => WORDS[(i * 5 + w * (1 + (i % 4))) % WORDS.length]).join(' ')
const SENTENCES = Array.from({ length: 70 }, (_, i) => `the ${sentence(i)} ${i}`)
const KNOWN = Array.from({ length: 40 }, (_, i) => `a ${sentence(i + 1)}`)
const file = join(root, 'sentences.txt')
writeFileSync(file, `${SENTENCES.join('\n\n')}\n  \n`)
const known = join(root, 'known.txt')
writeFileSync(known, [...KNOWN, '', SENTENCES[0], KNOWN[0]].join('\n'))
/** What a log gets while nothing goes wrong: progress from the start on. */
const PROGRESS = /^Inverting sentences: 0 of 70\n(Inverting sentences: \d+ of 70.*\n)*$/
const base = ['eval', 'inversion', '--sentences', file, '--train', known, '--refine', '20']

test('all methods, as JSON, the same each time', async () => {
  const { code, stdout, stderr } = await vmm([...base, '--json'], { env, packages })
  assert.is(code, 0)
  assert.match(stderr, PROGRESS)
  const found = JSON.parse(stdout)
  const { beam, refined, baselines, human, source, curve } = found
  assert.equal([found.complete, found.sentences, found.asked], [true, 70, undefined])
  assert.equal([source.inFile, source.withoutWords], [70, 0])
  assert.ok(source.beyondCapacity > 0)
  assert.equal([found.inverter.name, found.inverter.capacityTokens, found.options.refine], ['tiny', 12, 20])
  for (const score of [beam, refined, baselines.nearest, baselines.noVector]) {
    assert.is(score.count, 70)
    for (const name of ['cosine', 'tokenF1', 'bleu', 'exact', 'stops', 'nll'])
      assert.ok(Number.isFinite(score[name]), name)
    assert.is(
      score.byLength.reduce((n: number, { count }: { count: number }) => n + count, 0),
      70,
    )
  }
  assert.ok(Number.isFinite(human.nll))
  assert.ok(refined.cosine > beam.cosine && beam.cosine > baselines.noVector.cosine)
  assert.is(curve.at(-1).calls, 20)
  assert.ok(Math.abs(curve[0].cosine - beam.cosine) < 1e-9)
  assert.ok(Math.abs(curve.at(-1).cosine - refined.cosine) < 1e-9)

  const timeless = (text: string) => text.replaceAll(/"milliseconds":\{[^}]*\}/g, '')
  const again = await vmm([...base, '--json'], { env, packages })
  assert.is(timeless(again.stdout), timeless(stdout))
})

test('the nearest known sentence is found, and is none of those that are evaluated', async () => {
  const model = bagOfWords()
  const world = { env: { VMM_CACHE_DIR: join(root, 'new') }, packages, engine: standIn(model) }
  const { stdout } = await vmm([...base, '--json'], world)
  const found = JSON.parse(stdout)
  assert.match(found.known, /^\d+ sentences of .*known\.txt$/)
  assert.is(Number.parseInt(found.known, 10), new Set(KNOWN).size)
  assert.is(found.baselines.nearest.exact, 0)
  for (const { nearest } of found.samples) assert.ok(KNOWN.includes(nearest.text))
  // Encoded once: the second time only what is inverted is.
  const encoded = model.encoded.length
  await vmm([...base, '--json'], world)
  assert.is(model.encoded.length - encoded, encoded - new Set(KNOWN).size)
})

test('some sentences, drawn by the seed, from documents or WordNet', async () => {
  const documents = join(root, 'known.JSONL')
  writeFileSync(documents, `${JSON.stringify({ sentences: KNOWN })}\n`)
  const args = ['eval', 'inversion', '-s', file, '--limit', '12', '--refine', '0', '--json']
  const run = async (...more: string[]) =>
    JSON.parse((await vmm([...args, ...more], { env, packages })).stdout)
  const [first, same, other] = [
    await run('--train', documents, '--seed', '1'),
    await run('--train', documents, '--seed', '1'),
    await run('--train', documents, '--seed', '2'),
  ]
  assert.equal([first.sentences, first.source.inFile], [12, 70])
  assert.is(first.known, `${new Set(KNOWN).size} sentences of ${documents}`)
  const stdin = [`${KNOWN[0]}\n${KNOWN[1]}\n`]
  const piped = await vmm([...args, '--train', '-'], { env, packages, stdin })
  assert.is(JSON.parse(piped.stdout).known, '2 sentences of standard input')
  const references = (report: { samples: { reference: string }[] }) =>
    report.samples.map(({ reference }) => reference)
  assert.equal(references(first), references(same))
  assert.not.equal(references(first).sort(), references(other).sort())
  assert.is(first.refined.cosine, first.beam.cosine)
  assert.match((await run('--limit', '1')).known, /^16\d,\d{3} definitions and examples of WordNet$/)
})

test('a table and a page', async () => {
  const html = join(root, 'report.html')
  const { code, stdout, stderr } = await vmm([...base, '--html', html], { env, packages })
  assert.is(code, 0)
  assert.match(stderr, PROGRESS)
  assert.match(stdout, /\nrefined +0\.\d{3} /)
  assert.match(stdout, /\nno vector +-?0\.\d{3} /)
  assert.match(stdout, /\n70 sentences\nnearest: of \d+ sentences of .*known\.txt; no vector: drawn/)
  assert.match(stdout, /\n\d+ longer than the 12 tokens that tiny writes\n$/)
  assert.ok(existsSync(html))
  assert.match(readFileSync(html, 'utf8'), /nearest: of \d+ sentences of .*known\.txt/)
})

test('each file is a kind of sentence', async () => {
  const other = join(root, 'other.txt')
  writeFileSync(other, KNOWN.join('\n'))
  const args = ['eval', 'inversion', '-s', file, '-s', other, '--limit', '6', '--refine', '0']
  const { code, stdout } = await vmm([...args, '--json'], { env, packages })
  assert.is(code, 0)
  const { source, kinds, sentences } = JSON.parse(stdout)
  assert.equal([source.file, source.inFile, sentences], [`${file}, ${other}`, 70 + KNOWN.length, 12])
  assert.equal(
    kinds.map(({ kind, sentences }: { kind: string; sentences: number }) => [kind, sentences]),
    [
      ['sentences', 6],
      ['other', 6],
    ],
  )
  const table = await vmm(args, { env, packages })
  assert.match(table.stdout, /\nkind +sentences +cosine .*\nsentences +6 .*\nother +6 /)
})

test('a judge tells how natural the texts are, beside human text', async () => {
  const judge = await tinyLanguageModelBundle()
  const args = ['eval', 'inversion', '-s', file, '--train', known, '--limit', '6', '--refine', '0']
  const told = await vmm([...args, '--judge', judge, '--json'], { env, packages })
  assert.is(told.code, 0, told.stderr)
  const found = JSON.parse(told.stdout)
  await using model = await loadLanguageModel(judge)
  const { name, fingerprint } = model
  assert.equal(found.judge, { name, fingerprint, parameters: found.judge.parameters })
  assert.is(found.judge.parameters, parameterCount(languageModelParameters(model.config)))
  const near = (value: number, expected: number) =>
    assert.ok(Math.abs(value - expected) < 1e-9, `${value}, not ${expected}`)
  const mean = async (texts: readonly string[]) =>
    (await model.surprise(texts)).reduce((sum, { nats }) => sum + nats / texts.length, 0)
  type Sample = { readonly reference: string; readonly refined: { readonly text: string } }
  const samples: readonly Sample[] = found.samples // all of them, as there are few
  assert.is(samples.length, 6)
  near(found.human.judgeNll, await mean(samples.map(({ reference }) => reference)))
  near(found.refined.judgeNll, await mean(samples.map(({ refined }) => refined.text)))
  near(found.judgeDifference.share, found.refined.judgeNll / found.human.judgeNll - 1)

  const { stdout } = await vmm([...args, '--judge', 'the-judge'], {
    env,
    packages: { ...packages, 'the-judge': judge },
  })
  assert.match(stdout, /^ +cosine .* judge /)
  assert.match(stdout, /\nrefined texts beside the sentences, under the judge: [+-]\d\.\d{3} nats a token, /)
  const alone = JSON.parse((await vmm([...args, '--json'], { env, packages })).stdout)
  assert.equal(
    [alone.judge, alone.refined.judgeNll, alone.judgeDifference],
    [undefined, undefined, undefined],
  )
  assert.equal(alone.refined.nll, found.refined.nll)
})

test('a judge that is none, or damaged, is refused before anything is encoded', async () => {
  const damaged = await tinyLanguageModelBundle()
  truncateSync(join(damaged, 'model.safetensors'), 1000)
  for (const [judge, message] of [
    [packages['vector-mamba-inverter'], /a bundle of kind 'inverter', not a language model/],
    [join(root, 'none'), /^vmm: lm ".*none": neither a folder nor an installed package\n$/],
    ['', /^vmm: name: got ""/],
    [damaged, /model\.safetensors/],
  ] as const) {
    const model = bagOfWords()
    const world = { env, packages, engine: standIn(model) }
    const { code, stdout, stderr } = await vmm([...base, '--judge', judge], world)
    assert.equal([code, stdout], [1, ''], stderr)
    assert.match(stderr, message)
    assert.equal(model.encoded, [])
  }
})

test('where it is cancelled, the report is of the sentences done so far', async () => {
  const timeless = (report: object) => JSON.stringify(report).replaceAll(/"milliseconds":\{[^}]*\}/g, '')
  const cancelled = (encoded: number, ...more: string[]) => {
    const controller = new AbortController()
    const model = bagOfWords((n) => n === encoded && controller.abort(new Interrupted(130)))
    return vmm([...base, ...more], { env, packages, engine: standIn(model), signal: controller.signal })
  }
  const { code, stdout, stderr } = await cancelled(1000, '--json')
  assert.is(code, 130)
  const { complete, source, ...report } = JSON.parse(stdout)
  const { sentences: done } = report
  assert.equal([complete, report.asked, source.inFile], [false, 70, 70])
  assert.ok(done > 0 && done < 70, `${done} sentences`)
  assert.ok(stderr.endsWith(`vmm: cancelled: the report is of ${done} of 70 sentences\n`))

  const some = join(root, 'some.txt')
  writeFileSync(some, SENTENCES.slice(0, done).join('\n'))
  const args = base.map((argument) => (argument === file ? some : argument))
  const whole = JSON.parse((await vmm([...args, '--json'], { env, packages })).stdout)
  assert.equal(whole.source.beyondCapacity, source.beyondCapacity)
  for (const name of ['beam', 'refined', 'baselines', 'human', 'samples', 'curve'])
    assert.is(timeless(report[name]), timeless(whole[name]), name)

  const html = join(root, 'cancelled.html')
  const table = await cancelled(1000, '--html', html)
  assert.is(table.code, 130)
  assert.match(table.stdout, new RegExp(`\\n${done} of 70 sentences\\nnearest: `))
  assert.match(readFileSync(html, 'utf8'), `<p>${done} of 70 sentences, turned back`)

  const early = await cancelled(60)
  assert.equal([early.code, early.stdout], [130, ''])
  assert.ok(early.stderr.endsWith('vmm: cancelled\n'))
})

test('texts for people to rate, and the key of who wrote them', async () => {
  const path = join(root, 'texts.jsonl')
  const args = [...base, '--limit', '12', '--annotate', path]
  const { code, stdout, stderr } = await vmm([...args, '--json'], { env, packages })
  assert.is(code, 0, stderr)
  const [items, key] = [
    await readAnnotationItems(path),
    await readAnnotationKey(join(root, 'texts.key.jsonl')),
  ]
  assert.match(stderr, `vmm: ${items.length} items to rate in ${path}; what raters should not see is in`)
  type Sample = Record<'beam' | 'refined' | 'nearest', { text: string; cosine: number }> & {
    reference: string
  }
  const samples: readonly Sample[] = JSON.parse(stdout).samples // all of them, as there are few
  const expected = samples.flatMap(({ reference, beam, refined, nearest }) =>
    Object.entries({ 'tiny beam': beam, 'tiny refined': refined, nearest }).map(
      ([system, { text, cosine }]) => JSON.stringify([reference, text, system, cosine]),
    ),
  )
  const found = items.flatMap(({ reference, text }, i) =>
    key[i]!.systems.map(({ system, cosine }) => JSON.stringify([reference, text, system, cosine])),
  )
  assert.equal([...new Set(found)].sort(), expected.sort())
  assert.ok(found.length > expected.length) // some come twice
  assert.ok(items.every(({ task }) => task === 'same'))

  await vmm([...args, '--annotate-limit', '2'], { env, packages })
  const some = await readAnnotationItems(path)
  assert.is(new Set(some.map(({ reference }) => reference)).size, 2)
})

test('wrong usage and errors', async () => {
  const empty = join(root, 'empty.txt')
  writeFileSync(empty, '\n \n')
  for (const [args, status, message] of [
    [['eval', 'inversion'], 2, /no sentences: name a file with --sentences\nTry 'vmm eval inversion --help'/],
    [['eval', 'inversion', 'x'], 2, /unexpected argument "x"/],
    [[...base, '--limit', '0'], 2, /--limit: got "0"/],
    [[...base, '--annotate', '-'], 2, /--annotate: expected a file/],
    [[...base, '--annotate-limit', '3'], 2, /--annotate-limit needs --annotate/],
    [[...base, '--annotate', join(root, 'no', 'x.jsonl')], 1, /x\.jsonl: cannot write: there is no folder/],
    [['eval', 'inversion', '-s', empty], 1, /empty\.txt: no sentence/],
    [['eval', 'inversion', '-s', join(root, 'none')], 1, /none: cannot read/],
    [['eval', 'inversion', '-s', file, '--train', file], 1, /sentences\.txt: no sentence beside those/],
  ] as const) {
    const { code, stderr } = await vmm(args, { env, packages })
    assert.is(code, status, stderr)
    assert.match(stderr, message)
  }
  const nothing = await vmm(['eval', 'inversion', '-s', file, '--train', '-'], { env, packages })
  assert.match(nothing.stderr, /^vmm: standard input: no sentence beside those/)
  assert.match((await vmm(base, { env })).stderr, /no inverter: the package vector-mamba-inverter is not/)
})

test.run()
