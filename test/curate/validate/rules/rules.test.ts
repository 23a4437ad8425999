import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { relationTypes } from '../../../../lib/curate/candidates/relation_types.ts'
import type { Claim, Validator } from '../../../../lib/curate/validate/claim.ts'
import { judgeClaims } from '../../../../lib/curate/validate/judge_claims.ts'
import { makeOrder } from '../../../../lib/curate/validate/rules/acyclic_order.ts'
import { bothWaysRule } from '../../../../lib/curate/validate/rules/both_ways.ts'
import { circleRule } from '../../../../lib/curate/validate/rules/circles.ts'
import { contradictionRule } from '../../../../lib/curate/validate/rules/contradictions.ts'
import { wordNetRule } from '../../../../lib/curate/validate/rules/wordnet.ts'
import { randomNumbers } from '../../../../lib/ops/random_numbers.ts'

const types = relationTypes([{ name: 'above', inverse: 'below', transitive: true }])

/** `a parent b 0.5` as a claim. */
const claims = (...lines: string[]): Claim[] =>
  lines.map((line) => {
    const [source, type, target, weight = '0.5'] = line.split(' ') as [string, string, string, string?]
    return { source, type, target, weight: Number(weight) }
  })
const verdicts = async (rule: Validator, ...lines: string[]) =>
  (await rule.votes(claims(...lines))).map((votes) => votes.map(({ holds }) => holds)[0] ?? null)

test('of a circle the lightest claim goes, whichever way it was said', async () => {
  const rule = circleRule(types)
  assert.equal(await verdicts(rule, 'a parent b', 'b parent c', 'a parent c'), [null, null, null])
  assert.equal(await verdicts(rule, 'a parent b 0.9', 'b parent c 0.2', 'c parent a 0.8'), [
    null,
    false,
    null,
  ])
  assert.equal(await verdicts(rule, 'a parent b 0.9', 'a child b 0.4'), [null, false])
  assert.equal(await verdicts(rule, 'a above b', 'b above c', 'a below c'), [null, null, false])
  // Types of their own have circles of their own, and some types may have them.
  assert.equal(await verdicts(rule, 'a parent b', 'b above a', 'a enables b', 'b enables a'), [
    null,
    null,
    null,
    null,
  ])
  assert.equal(await verdicts(rule, 'a sibling a', 'b parent b'), [false, false])
})

test('names that mean two things are two concepts', async () => {
  const about = (source: string, target: string) => ({ about: { source, target } })
  const votes = await circleRule(types).votes([
    { source: 'bank', type: 'parent', target: 'slope', ...about('of a river', 'of ground') },
    { source: 'slope', type: 'parent', target: 'bank', ...about('of ground', 'for money') },
  ])
  assert.equal(votes, [[], []])
})

test('an order has no circles, and refuses what depth-first search finds to close one', () => {
  const numbers = randomNumbers(3)
  for (let trial = 0; trial < 30; trial++) {
    const order = makeOrder()
    const edges = new Map<string, string[]>()
    const reaches = (from: string, to: string): boolean =>
      from === to || (edges.get(from) ?? []).some((next) => reaches(next, to))
    for (let i = 0; i < 60; i++) {
      const [from, to] = [`n${numbers.below(15)}`, `n${numbers.below(15)}`]
      if (from === to) continue
      const closes = reaches(to, from)
      const way = order.add(from, to)
      assert.is(way !== null, closes)
      if (way === null) {
        edges.set(from, [...(edges.get(from) ?? []), to])
        continue
      }
      assert.equal([way[0], way.at(-1)], [to, from])
      for (let k = 1; k < way.length; k++) assert.ok(edges.get(way[k - 1]!)!.includes(way[k]!))
    }
  }
})

test('of claims that exclude each other the lighter goes, or the one that says less', async () => {
  const rule = contradictionRule(types)
  assert.equal(await verdicts(rule, 'a conflicts_with b 0.6', 'a parent b 0.4'), [null, false])
  assert.equal(await verdicts(rule, 'b conflicts_with a', 'b required_by a'), [false, null])
  assert.equal(await verdicts(rule, 'a sibling b', 'b parent a'), [false, null])
  assert.equal(await verdicts(rule, 'a sibling b', 'a conflicts_with b', 'a parent c'), [null, null, null])
})

test('a claim from both ends is more likely', async () => {
  const rule = bothWaysRule(types)
  assert.equal(await verdicts(rule, 'a parent b', 'b child a', 'c parent d'), [true, true, null])
  assert.equal(await verdicts(rule, 'a sibling b', 'b sibling a', 'a parent c', 'a parent c'), [
    true,
    true,
    null,
    null,
  ])
  const judged = await judgeClaims(claims('a parent b', 'b child a', 'c parent d'), [rule])
  assert.ok(judged[0]!.confidence > judged[2]!.confidence)
})

test('WordNet agrees and contradicts', async () => {
  const rule = await wordNetRule(types)
  const of = (...lines: string[]) => verdicts(rule, ...lines)
  assert.equal(await of('dog parent animal', 'animal parent dog', 'animal child dog', 'dog child animal'), [
    true,
    false,
    true,
    false,
  ])
  assert.equal(
    await of('finger parent hand', 'dog parent idea', 'dog requires animal', 'xyzzy parent animal'),
    [true, null, null, null],
  )
  assert.equal(await of('hot conflicts_with cold', 'dog conflicts_with animal', 'dog conflicts_with water'), [
    true,
    false,
    null,
  ])
  assert.equal(await of('dog sibling wolf', 'dog sibling animal'), [true, false])
  // "bank" is a slope, and an institution; what it is about decides.
  const river = { source: 'sloping land (especially the slope beside a body of water)', target: null }
  const claim = { source: 'bank', type: 'parent', target: 'institution' }
  const votes = await rule.votes([claim, { ...claim, about: river }])
  assert.equal(
    votes.map(([vote]) => vote?.holds ?? null),
    [true, null],
  )
})

test.run()
