import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nativeEngine } from '../../../lib/cli/native_engine.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

const env = { VMM_CACHE_DIR: temporaryFolder() }
const model = join(import.meta.dirname, '..', '..', 'models', 'lm', 'published', 'goldens', 'gpt2')
const base = ['generate', '--model', model]
const run = (args: readonly string[], stdin?: string) =>
  vmm([...base, ...args], { env, engine: nativeEngine, ...(stdin === undefined ? {} : { stdin: [stdin] }) })

test('a text as it comes, from an argument or from standard input', async () => {
  const text = ' was going out and water l\n'
  for (const outcome of [
    await run(['--max-tokens', '16', 'the tide']),
    await run(['--greedy', '--max-tokens', '16', 'the', 'tide']),
    await run(['--max-tokens', '16'], 'the tide\n'),
    await run(['--max-tokens', '16', '-'], 'the tide'),
  ])
    assert.equal([outcome.code, outcome.stdout, outcome.stderr], [0, text, ''])
  const stopped = await run(['--stop', 'zebra', '--stop', 'ing', 'the tide'])
  assert.is(stopped.stdout, ' was go\n')
})

test('draws, beams and JSON', async () => {
  const drawn = ['--temperature', '2', '--seed', '3', '--max-tokens', '8']
  const one = await run([...drawn, 'the tide'])
  assert.is(one.stdout, (await run([...drawn, 'the tide'])).stdout)
  const three = await run([...drawn, '--samples', '3', 'the tide'])
  assert.is(three.stdout.slice(0, one.stdout.length), one.stdout)
  const json = JSON.parse((await run([...drawn, '--samples', '3', '--json', 'the tide'])).stdout)
  assert.equal(Object.keys(json), [
    ...['prompt', 'text', 'tokens', 'logProbs', 'ended', 'score', 'alternatives'],
  ])
  assert.equal([json.prompt, json.alternatives.length, json.ended], ['the tide', 2, 'length'])
  const beams = JSON.parse((await run(['--beams', '4', '--max-tokens', '6', '--json', 'the tide'])).stdout)
  assert.is(beams.alternatives.length, 3)
  assert.ok(beams.score >= beams.alternatives[0].score)
  const best = await run(['--beams', '4', '--max-tokens', '6', 'the tide'])
  assert.is(best.stdout, `${beams.text}\n`)
})

test('the same text with tokens that are guessed', async () => {
  const args = ['--max-tokens', '16', 'the tide']
  const { stdout } = await run(args)
  const drafter = join(model, '..', 'gpt2-untied')
  for (const how of [
    ['--speculate'],
    ['--speculate', '--guesses', '3'],
    ['--draft', drafter, '--guesses', '5'],
  ]) {
    const outcome = await run([...how, ...args])
    assert.equal([outcome.code, outcome.stdout, outcome.stderr], [0, stdout, ''])
  }
})

test('wrong usage', async () => {
  for (const [args, message] of [
    [['generate', 'a'], /no language model: --model names a folder/],
    [[...base, '--temperature', '0', 'a'], /--temperature: got "0"; expected a number from/],
    [[...base, '--top-p', '0', 'a'], /--top-p: got "0"/],
    [[...base, '--greedy', '--seed', '1', 'a'], /--greedy and --seed exclude each other/],
    [[...base, '--stop', '', 'a'], /--stop: an empty text/],
    [[...base, '--storage', 'x', 'a'], /--storage: got "x"/],
    [[...base, '--guesses', '2', 'a'], /--guesses goes with --speculate or --draft/],
    [[...base, '--speculate', '--guesses', '33', 'a'], /--guesses: got "33"; expected a whole number from 1/],
    [[...base, '--speculate', '--draft', model, 'a'], /--speculate and --draft exclude each other/],
    [[...base, '--draft', '', 'a'], /--draft: an empty name/],
    [[...base, '--speculate', '--seed', '1', 'a'], /--speculate and --seed exclude each other/],
    [[...base, '--draft', model, '--beams', '2', 'a'], /--draft and --beams exclude each other/],
    [[...base, '--beams', '65', 'a'], /--beams: got "65"; expected a whole number from 1 to 64/],
  ] as const) {
    const { code, stdout, stderr } = await vmm(args, { env, engine: nativeEngine })
    assert.equal([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, message)
  }
  const long = await run(['tide '.repeat(90)])
  assert.is(long.code, 1)
  assert.match(long.stderr, /^vmm: prompt: got \d+ tokens; expected at most 63/)
  const both = await run(['--beams', '2', '--seed', '1', 'a'])
  assert.match(both.stderr, /^vmm: beams: got 2 with seed; expected one or the other/)
})

test.run()
