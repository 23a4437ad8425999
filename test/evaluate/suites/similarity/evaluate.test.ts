import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cosine } from '../../../../lib/core/similarity.ts'
import {
  type EvaluationOptions,
  similarityEvaluator,
} from '../../../../lib/evaluate/suites/similarity/evaluate.ts'
import { type ConfiguredEvaluator, Evaluator } from '../../../../lib/evaluate/suites/similarity/evaluator.ts'
import { similaritySummary } from '../../../../lib/evaluate/suites/similarity/summary.ts'
import type { TextSimilarity } from '../../../../lib/models/similarity/text_similarity.ts'
import { textSimilarity } from '../../../../lib/models/similarity/text_similarity.ts'
import { bagOfWords, vectorOf } from '../../../support/bag_of_words.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'

const folder = temporaryFolder()
const evaluator = similarityEvaluator(textSimilarity(bagOfWords()))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const expected = (a: string, b: string) => cosine(vectorOf(a), vectorOf(b))

test('one pair', async () => {
  const item = await evaluator.evaluateSingle('A cat sleeps.', 'A cat is asleep.', 'video-1')
  const of = expected('A cat sleeps.', 'A cat is asleep.')
  assert.equal(item, { id: 'video-1', cosine: of, normalisedCosine: (1 + of) / 2, truncated: false })
  const numbered = await evaluator.evaluateSingle('x', 'long '.repeat(200), 7)
  assert.equal([numbered.id, numbered.truncated], ['7', true])
})

test('what is no text and no id is told by its name', async () => {
  const single = evaluator.evaluateSingle as (...given: unknown[]) => Promise<unknown>
  await rejects(() => single(1, 'b', 'c'), 'BAD_ARGUMENT', /^groundTruth: got 1; expected a text$/)
  await rejects(() => single('a', null, 'c'), 'BAD_ARGUMENT', /^prediction: got null/)
  await rejects(() => single('a', 'b', undefined), 'BAD_ARGUMENT', /^id: got undefined; expected a text or a/)
  await rejects(() => single('a', 'b', Number.NaN), 'BAD_ARGUMENT', /^id: got NaN/)
  await rejects(() => single('a', 'b', 'c', { strict: true }), 'BAD_ARGUMENT', /^strict: no such option/)
  await rejects(() => similarityEvaluator({} as TextSimilarity), 'BAD_ARGUMENT', /^similarity: got an object/)
})

const PAIRS = [
  ['a', 'The tide, "out"', 'Water\nleft the bay.'],
  ['b', 'A cat sleeps.', 'A cat sleeps.'],
  ['c', '', 'Something.'],
] as const

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

test('an array, CSV and JSON lines give the same', async () => {
  const objects = PAIRS.map(([id, ground_truth, prediction]) => ({ id, ground_truth, prediction }))
  const csv = ['prediction,id,other,ground_truth', ...PAIRS.map(([id, a, b]) => [b, id, '', a].map(quoted))]
  const sources = [
    objects,
    file('pairs.csv', csv.join('\r\n')),
    file('pairs.CSV', `\ufeff${csv.join('\n')}\n\n`),
    file('pairs.jsonl', objects.map((one) => JSON.stringify(one)).join('\n\n')),
    file('pairs.ndjson', objects.map((one) => `${JSON.stringify(one)}\r\n`).join('')),
  ]
  for (const source of sources) {
    const { items, failures, summary } = await evaluator.evaluateBatch(source)
    assert.equal(failures, [])
    assert.equal(
      items.map(({ id, cosine }) => [id, cosine]),
      PAIRS.map(([id, a, b]) => [id, expected(a, b)]),
    )
    assert.equal(summary, similaritySummary(items))
  }
})

test('columns by their names; without ids pairs are called by their lines or places', async () => {
  const columns = { groundTruth: 'said', prediction: 'heard' }
  const path = file('named.csv', 'said,heard\n"a\n",b\nc,d\n')
  const ids = async (source: Parameters<typeof evaluator.evaluateBatch>[0], options: EvaluationOptions) =>
    (await evaluator.evaluateBatch(source, options)).items.map(({ id }) => id)
  assert.equal(await ids(path, { columns }), ['line-2', 'line-4'])
  assert.equal(await ids([{ said: 'a', heard: 'b' }], { columns }), ['0'])
  assert.equal(await ids(path, { columns: { ...columns, id: 'heard' } }), ['b', 'd'])
  const lines = file(
    'named.jsonl',
    '{"said": "a", "heard": "b", "id": 12}\n{"said": "a", "heard": "b", "id": null}',
  )
  assert.equal(await ids(lines, { columns }), ['12', 'line-2'])
})

test('what cannot be read is reported by its line, and the others are compared', async () => {
  const csv = file('faulty.csv', 'id,ground_truth,prediction\na,x,y\nb,x\n"c"c,x,y\nd,x,y\ne,x,"y\n')
  const jsonl = [
    '{"ground_truth": "x", "prediction": "y", "id": "a"}',
    '{"ground_truth": "x", "prediction": "y"',
    '[1]',
    '{"ground_truth": "x"}',
    '{"ground_truth": 3, "prediction": "y"}',
    '{"ground_truth": "x", "prediction": "y", "id": {}}',
    '{"__proto__": {"ground_truth": "x", "prediction": "y"}}',
    '['.repeat(1000),
    '{"ground_truth": "x", "prediction": "y", "id": "d"}',
  ]
  const lines = file('faulty.jsonl', jsonl.join('\n'))
  for (const [path, problems] of [
    [
      csv,
      [
        [3, '2 columns; the header has 3'],
        [4, 'text after a closing quote; quotes in a field are doubled'],
        [6, 'a quote that is not closed'],
      ],
    ],
    [
      lines,
      [
        [2, 'not JSON'],
        [3, 'got [1]; expected an object'],
        [4, 'prediction: got nothing; expected a text'],
        [5, 'ground_truth: got 3; expected a text'],
        [6, 'id: got an object (Object); expected a text or a number'],
        [7, 'ground_truth: got nothing; expected a text'],
        [8, 'JSON of more than 100 levels'],
      ],
    ],
  ] as const) {
    const { items, failures, summary } = await evaluator.evaluateBatch(path)
    assert.equal(
      items.map(({ id }) => id),
      ['a', 'd'],
    )
    assert.equal(
      failures,
      problems.map(([line, message]) => ({ where: `${path}: line ${line}`, line, message })),
    )
    assert.equal([summary.count, summary.failed], [2, problems.length])
    await rejects(
      () => evaluator.evaluateBatch(path, { strict: true }),
      'BAD_FILE',
      new RegExp(`faulty\\.\\w+: line ${problems[0]![0]}: ${problems[0]![1]}`),
    )
  }
  const objects = [{ ground_truth: 'x', prediction: 'y' }, null]
  const { failures } = await evaluator.evaluateBatch(objects)
  assert.equal(failures, [{ where: 'source[1]', line: null, message: 'got null; expected an object' }])
  const strict = () => evaluator.evaluateBatch(objects, { strict: true })
  await rejects(strict, 'BAD_ARGUMENT', /^source\[1\]: got null; expected an object$/)
})

test('files and options that are wrong as a whole', async () => {
  const batch = evaluator.evaluateBatch as (...given: unknown[]) => Promise<unknown>
  const header = file('header.csv', 'id,truth,"prediction\t"\na,b,c\n')
  await rejects(
    () => batch(header),
    'BAD_FILE',
    /header\.csv: no column "ground_truth"; there are "id", "truth", "prediction"$/,
  )
  const twice = file('twice.csv', 'ground_truth,prediction,prediction\na,b,c\n')
  await rejects(() => batch(twice), 'BAD_FILE', /twice\.csv: 2 columns "prediction"/)
  await rejects(() => batch(file('open.csv', '"a\n')), 'BAD_FILE', /open\.csv: line 1: a quote that is not/)
  await rejects(() => batch(file('none.csv', '\n')), 'BAD_FILE', /none\.csv: no header/)
  const bytes = join(folder, 'bytes.jsonl')
  writeFileSync(bytes, Buffer.from([0x7b, 0xff, 0x7d]))
  await rejects(() => batch(bytes), 'BAD_FILE', /bytes\.jsonl: line 1: byte 0xFF is not UTF-8/)
  await rejects(() => batch(join(folder, 'gone.csv')), 'NOT_FOUND', /gone\.csv: cannot read/)
  await rejects(
    () => batch('pairs.xlsx'),
    'BAD_ARGUMENT',
    /^source: got "pairs\.xlsx"; expected a file of \.csv/,
  )
  await rejects(() => batch(5), 'BAD_ARGUMENT', /^source: got 5; expected the path of a file, an iterable/)
  await rejects(
    () => batch([], { colums: {} }),
    'BAD_ARGUMENT',
    /^colums: no such option; did you mean columns/,
  )
  await rejects(
    () => batch([], { columns: { truth: 'x' } }),
    'BAD_ARGUMENT',
    /^columns\.truth: no such option/,
  )
  await rejects(() => batch([], { columns: { id: '' } }), 'BAD_ARGUMENT', /^columns\.id: got ""/)
  await rejects(() => batch([], { strict: 1 }), 'BAD_ARGUMENT', /^strict: got 1; expected true or false/)
})

test('the summary is that of numpy', () => {
  const golden = JSON.parse(
    readFileSync(
      join(import.meta.dirname, '..', '..', '..', 'models', 'similarity', 'goldens', 'similarity.json'),
      'utf8',
    ),
  ) as Readonly<
    Record<
      string,
      { readonly cosines: readonly number[]; readonly summary: object; readonly normalised: object }
    >
  >
  for (const { cosines, summary, normalised } of Object.values(golden)) {
    const found = similaritySummary(
      cosines.map((cosine) => ({ cosine, truncated: false })),
      3,
    )
    for (const [own, theirs] of [
      [found.cosine!, summary],
      [found.normalisedCosine!, normalised],
    ] as const) {
      assert.equal(Object.keys(own), Object.keys(theirs))
      for (const [measure, x] of Object.entries(theirs))
        assert.ok(Math.abs(own[measure as keyof typeof own] - x) < 1e-12, measure)
    }
    assert.equal([found.count, found.failed, found.truncated], [19, 3, 0])
  }
  assert.equal(similaritySummary([]), {
    count: 0,
    failed: 0,
    truncated: 0,
    cosine: null,
    normalisedCosine: null,
  })
  const even = similaritySummary([0.1, 0.9, 0.2, 0.4].map((cosine) => ({ cosine, truncated: true })))
  assert.ok(Math.abs(even.cosine!.median - 0.3) < 1e-12)
  assert.is(even.truncated, 4)
})

test('outcomes come as they are made, in the order of the source, with progress', async () => {
  const source = Array.from({ length: 150 }, (_, i) =>
    i % 10 === 3 ? `pair ${i}` : { ground_truth: `word ${i}`, prediction: 'word', id: i },
  )
  const told: [number, number | undefined][] = []
  let read = 0
  const stream = async function* () {
    for (const one of source) {
      read++
      yield one
    }
  }
  let count = 0
  const onProgress = (...progress: [number, number | undefined]) => told.push(progress)
  for await (const { item, failure } of evaluator.evaluateEach(stream(), { onProgress })) {
    if (count === 0) assert.ok(read < 100, `${read} pairs were read for the first one`)
    if (failure === null) assert.is(item.id, String(count))
    else assert.is(failure.where, `source[${count}]`)
    count++
  }
  assert.is(count, 150)
  assert.equal(told.at(-1), [150, undefined])
  assert.ok(told.every(([done], i) => i === 0 || done >= told[i - 1]![0]))
  told.length = 0
  await evaluator.evaluateBatch(source, { onProgress })
  assert.equal(told.at(-1), [150, 150])
})

test('an abort ends it, also where nothing comes or nothing can be read', async () => {
  const reason = new Error('enough')
  const stuck = async function* () {
    yield { ground_truth: 'a', prediction: 'b' }
    await new Promise(() => {})
  }
  const controller = new AbortController()
  const waiting = evaluator.evaluateBatch(stuck(), { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 5)
  assert.is(await waiting.catch((error: unknown) => error), reason)
  const { signal } = controller
  const path = file('all.jsonl', 'x\n'.repeat(100))
  for (const source of [path, [1, 2], [{ ground_truth: 'a', prediction: 'b' }]])
    assert.is(await evaluator.evaluateBatch(source, { signal }).catch((error: unknown) => error), reason)
})

test('the drop-in shape: made, initialised, asked', async () => {
  for (const made of [
    Evaluator({ model: 'use-lite' }),
    Reflect.construct(Evaluator, [file('evaluator.yaml', 'model: use-lite\nencoder:\n  batch_size: 8\n')]),
  ] as ConfiguredEvaluator[]) {
    await made.initialize()
    await made.initialize()
    const result = await made.evaluateSingle('A cat sleeps.', 'A cat is asleep.', 'video-1')
    assert.is(result.id, 'video-1')
    assert.ok(result.cosine > 0.5 && result.cosine < 1)
    assert.equal(result.similarityScore, {
      cosine: result.cosine,
      normalizedCosine: (1 + result.cosine) / 2,
    })
    const { summary } = await made.evaluateBatch([{ ground_truth: 'a', prediction: 'a' }])
    assert.ok(Math.abs(summary.cosine!.mean - 1) < 1e-6)
    await made.dispose()
    await rejects(() => made.evaluateSingle('a', 'b', 'c'), 'DISPOSED', /^the evaluator was disposed$/)
  }
})

test('the drop-in shape: what is wrong is told at once, a model that is not there when it is asked for', async () => {
  await rejects(
    () => Evaluator({ encoder: { batch_size: 64 } }),
    'BAD_ARGUMENT',
    /^encoder.batch_size: got 64; expected a whole number from 8 to 48$/,
  )
  const path = join(folder, 'later.json')
  const late = Evaluator(path)
  await rejects(() => late.evaluateSingle('a', 'b', 'c'), 'NOT_FOUND', /later\.json: cannot read/)
  writeFileSync(path, '{"model": "use-lite"}')
  await late.initialize()
  await late.dispose()
})

test.run()
