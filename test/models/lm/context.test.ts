import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { contextTokens } from '../../../lib/models/lm/context.ts'

const sentences = [[11, 12, 13], [], [21], [31, 32]]
const end = 9
const context = (most: number, of = sentences) => contextTokens(of.length, (i) => of[i]!, end, most)

test('as many whole sentences as there is room for, the last ones', () => {
  assert.equal(context(9), [11, 12, 13, 9, 21, 9, 31, 32, 9])
  for (const most of [5, 6, 7, 8]) assert.equal(context(most), [21, 9, 31, 32, 9], `${most}`)
  for (const most of [3, 4]) assert.equal(context(most), [31, 32, 9], `${most}`)
})

test('of a last sentence that is too long by itself, its last tokens', () => {
  assert.equal(context(2), [32, 9])
  assert.equal(context(1), [9])
  assert.equal(context(0), [])
  assert.equal(context(8, []), [])
  assert.equal(context(8, [[], []]), [])
})

test('no more sentences are asked for than are needed', () => {
  const asked: number[] = []
  contextTokens(
    1000,
    (i) => {
      asked.push(i)
      return [i]
    },
    end,
    4,
  )
  assert.equal(asked, [999, 998])
})

test.run()
