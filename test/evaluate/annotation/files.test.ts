import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { drawAnnotation } from '../../../lib/evaluate/annotation/draw.ts'
import {
  readAnnotationItems,
  readAnnotationKey,
  writeAnnotation,
} from '../../../lib/evaluate/annotation/files.ts'
import { readRatings } from '../../../lib/evaluate/annotation/ratings_file.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'

const root = temporaryFolder()
const file = join(root, 'file.jsonl')
const annotation = drawAnnotation([
  { reference: 'Ünï "q"\n', text: 'a', system: 'one', cosine: 0.25, kind: 'odd' },
  { reference: 'b', text: '', system: 'two' },
])

test('items and key are read as they were written', async () => {
  const path = join(root, 'texts.jsonl')
  const key = await writeAnnotation(path, annotation)
  assert.is(key, join(root, 'texts.key.jsonl'))
  assert.equal(await readAnnotationItems(path), annotation.items)
  assert.equal(await readAnnotationKey(key), annotation.key)
  for (const secret of ['one', 'two', '0.25', 'odd', annotation.key[0]!.pair])
    assert.not.match(readFileSync(path, 'utf8'), secret)
  assert.is(await writeAnnotation(join(root, 'other'), annotation), join(root, 'other.key.jsonl'))
  const nowhere = () => writeAnnotation(join(root, 'none', 'x.jsonl'), annotation)
  await rejects(nowhere, 'NOT_FOUND', /none.*cannot write/)
})

const rating = { rater: 'ada', item: 'i', meaning: 4, fluency: 5, ms: 1200.5 }

test('ratings are read in their order', async () => {
  const none = { ...rating, meaning: null, fluency: null, ms: 0 }
  writeFileSync(file, `${JSON.stringify({ ...rating, at: 'noon' })}\r\n\n${JSON.stringify(none)}`)
  assert.equal(await readRatings(file), [rating, none])
  assert.equal(await readRatings(file, { items: new Set(['i']) }), [rating, none])
  writeFileSync(file, '')
  assert.equal(await readRatings(file), [])
})

test('what is wrong is told with its line and field', async () => {
  const { ms: _, ...slow } = rating
  const { meaning: __, ...silent } = rating
  for (const [line, message] of [
    ['{"rater":', /line 2: not JSON/],
    [[], /line 2: got \[\]; expected an object/],
    [{ ...rating, rater: '' }, /line 2: rater: got ""; expected a text/],
    [{ ...rating, rater: 7 }, /line 2: rater: got 7; expected a text/],
    [{ ...rating, item: null }, /line 2: item: got null; expected a text/],
    [{ ...rating, meaning: 6 }, /line 2: meaning: got 6; expected 1, 2, 3, 4, 5, or null for none/],
    [{ ...rating, meaning: '4' }, /line 2: meaning: got "4"/],
    [{ ...rating, fluency: 2.5 }, /line 2: fluency: got 2.5/],
    [silent, /line 2: meaning: got undefined/],
    [{ ...rating, ms: -1 }, /line 2: ms: got -1; expected a number from 0 on/],
    [slow, /line 2: ms: got undefined; expected a number/],
    [{ ...rating, item: 'j' }, /line 2: item: got "j"; expected an item of the key/],
  ] as const) {
    writeFileSync(
      file,
      [rating, line].map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'),
    )
    await rejects(() => readRatings(file, { items: new Set(['i']) }), 'BAD_FILE', message)
  }
  await rejects(() => readRatings(join(root, 'none')), 'NOT_FOUND', /none: cannot read/)
})

test('keys and items that do not fit', async () => {
  const [item, key] = [annotation.items[0]!, annotation.key[0]!]
  const written = (...lines: object[]) =>
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  const bad = (message: RegExp, code: 'BAD_FILE' | 'UNSUPPORTED' = 'BAD_FILE') => ({
    items: () => rejects(() => readAnnotationItems(file), code, message),
    key: () => rejects(() => readAnnotationKey(file), code, message),
  })
  written(item, item)
  await bad(/line 2: item: [0-9a-f]{16} was there before/).items()
  written(item, { ...item, item: 'x', task: 'like' })
  await bad(/line 2: task: got "like"; expected same, next/, 'UNSUPPORTED').items()
  written({ ...item, text: null })
  await bad(/line 1: text: got null; expected a text/).items()
  written()
  await bad(/file\.jsonl: no item/).items()
  await bad(/file\.jsonl: no item/).key()
  written({ ...key, pair: undefined })
  await bad(/line 1: pair: got undefined/).key()
  written({ ...key, systems: [] })
  await bad(/line 1: systems: expected a list of at least one system/).key()
  written({ ...key, systems: [{ system: 'one', cosine: 'high' }] })
  await bad(/line 1: systems\[0\]: cosine: got "high"; expected a number/).key()
  written({ ...key, systems: ['one'] })
  await bad(/line 1: systems\[0\]: got "one"; expected an object/).key()
})

test('reading can be cancelled', async () => {
  writeFileSync(file, JSON.stringify(rating))
  const signal = AbortSignal.abort(new Error('enough'))
  for (const read of [
    () => readRatings(file, { signal }),
    () => readAnnotationItems(file, signal),
    () => readAnnotationKey(file, signal),
  ])
    await read().then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, 'enough'),
    )
})

test.run()
