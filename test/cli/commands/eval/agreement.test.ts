import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { drawAnnotation } from '../../../../lib/evaluate/annotation/draw.ts'
import { writeAnnotation } from '../../../../lib/evaluate/annotation/files.ts'
import { readRatings } from '../../../../lib/evaluate/annotation/ratings_file.ts'
import { ratingsReport } from '../../../../lib/evaluate/annotation/report.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { vmm } from '../../world.ts'

const root = temporaryFolder()
const texts = Array.from({ length: 12 }, (_, i) => i).flatMap((i) =>
  ['one', 'two'].map((system) => ({ reference: `sentence ${i}`, text: `${system} ${i}`, system })),
)
const { items, key } = drawAnnotation(texts)
const keyFile = await writeAnnotation(join(root, 'texts.jsonl'), { items, key })
const [ada, bea] = ['ada', 'b\tea'].map((rater, r) => {
  const path = join(root, `ratings-${r}.jsonl`)
  const lines = items.map(({ item, text }, i) => {
    const meaning = Math.min(5, 1 + (Number(text.split(' ')[1]) % 4) + (r && i % 3 === 0 ? 1 : 0))
    return JSON.stringify({ rater, item, meaning, fluency: 4, ms: 1500 })
  })
  writeFileSync(path, lines.join('\n'))
  return path
})

test('the report of some files, as JSON', async () => {
  const { code, stdout, stderr } = await vmm([
    'eval',
    'agreement',
    ada!,
    bea!,
    '--key',
    keyFile,
    '--seed',
    '5',
    '--json',
  ])
  assert.equal([code, stderr], [0, ''])
  const ratings = [...(await readRatings(ada!)), ...(await readRatings(bea!))]
  assert.equal(JSON.parse(stdout), JSON.parse(JSON.stringify(ratingsReport(ratings, { key, seed: 5 }))))
})

test('tables', async () => {
  const { code, stdout } = await vmm(['eval', 'agreement', ada!, bea!, '--key', keyFile])
  assert.is(code, 0)
  assert.match(stdout, /^agreement +meaning +95 % interval +rated +fluency +95 % interval +rated\n/)
  assert.match(stdout, /\nalpha, ordinal +0\.\d{3} +-?\d\.\d{3} … \d\.\d{3} +24 +– +– +24\n/)
  assert.match(stdout, /\nkappa, ada and b ea +0\.\d{3} .*\n {2}weighted +0\.\d{3} /)
  assert.match(stdout, /\n54 ratings of 24 pairs by 2 raters; /)
  assert.match(stdout, /\nada +27 +1\.5 +\d\.\d\d +3 +100\.0 % +0\.00 +4\.00 +3 +100\.0 % +0\.00\n/)
  assert.match(stdout, /\none +\d\.\d\d +\d\.\d\d … \d\.\d\d +12 +4\.00 +4\.00 … 4\.00 +12\n/)
  const alone = await vmm(['eval', 'agreement', ada!, ada!])
  assert.match(alone.stdout, /\n27 ratings of 27 items by 1 rater, 27 more were given anew; /)
  assert.match(alone.stdout, /what came twice is told with --key/)
  assert.not.match(alone.stdout, /\nsystem/)
})

test('wrong usage and errors', async () => {
  const empty = join(root, 'empty.jsonl')
  writeFileSync(empty, '')
  const other = join(root, 'other.jsonl')
  writeFileSync(other, '{"rater":"ada","item":"x","meaning":1,"fluency":1,"ms":1}\n')
  for (const [args, status, message] of [
    [[], 2, /no ratings: name at least one file\nTry 'vmm eval agreement --help'/],
    [[ada!, '--seed', 'x'], 2, /--seed: got "x"/],
    [[empty], 1, /empty\.jsonl: no rating/],
    [[join(root, 'none')], 1, /none: cannot read/],
    [[other, '--key', keyFile], 1, /other\.jsonl: line 1: item: got "x"; expected an item of the key/],
    [[keyFile], 1, /texts\.key\.jsonl: line 1: rater: got undefined; expected a text/],
    [[ada!, '--key', other], 1, /other\.jsonl: line 1: pair: got undefined/],
  ] as const) {
    const { code, stderr } = await vmm(['eval', 'agreement', ...args])
    assert.is(code, status, stderr)
    assert.match(stderr, message)
  }
})

test.run()
