import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore } from '../../../lib/store/open_store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { vmm } from '../world.ts'

/** A folder with a config and the tasks that it names. */
function configOf(more: object = {}): { readonly folder: string; readonly config: string } {
  const folder = join(temporaryFolder(), 'work')
  mkdirSync(folder)
  const tasks = Array.from({ length: 6 }, (_, i) => ({
    question: `How many apples are in basket ${i}?`,
    answer: `Count the apples of basket ${i}.\nWrite the number down.\n#### ${i}`,
  }))
  writeFileSync(join(folder, 'tasks.jsonl'), tasks.map((task) => JSON.stringify(task)).join('\n'))
  const own = {
    out: 'out',
    sources: [{ kind: 'gsm8k', files: 'tasks.jsonl' }],
    domains: false,
    wordnet: false,
  }
  const config = join(folder, 'curation.json')
  writeFileSync(config, JSON.stringify({ ...own, ...more }))
  return { folder, config }
}

test('a config becomes a store and a report, whose paths begin at its folder', async () => {
  const { folder, config } = configOf()
  const { code, stdout, stderr } = await vmm(['curate', '--config', config])
  assert.is(code, 0, stderr)
  assert.match(stdout, /^\d+ candidates, \d+ of them different: \d+ concepts, \d+ relations\n/)
  assert.match(stdout, /round +concepts +merged +removed +coherence\n/)
  await using store = await openStore(join(folder, 'out', 'store'), { create: false })
  assert.ok((await store.count()) > 0)
  assert.match(readFileSync(join(folder, 'out', 'report.html'), 'utf8'), /What was left out/)
  const again = await vmm(['curate', '--config', config, '--json'])
  const report = JSON.parse(again.stdout) as { concepts: number; candidates: number }
  assert.equal([report.concepts, report.candidates], [await store.count(), 18])
})

test('what is missing or wrong is told by name', async () => {
  const refused = async (args: readonly string[], code: number, message: RegExp) => {
    const outcome = await vmm(['curate', ...args])
    assert.is(outcome.code, code)
    assert.match(outcome.stderr, message)
  }
  await refused([], 2, /name one with --config/)
  await refused(['--config', 'none.json'], 1, /none\.json/)
  await refused(
    ['--config', configOf({ sources: [] }).config],
    1,
    /sources: got an array of 0|sources: got \[\]/,
  )
  await refused(['--config', configOf({ colour: 1 }).config], 1, /colour: got a key/)
  const { config } = configOf()
  await refused(['--config', config, '--llm', 'http://localhost'], 2, /--llm goes with --llm-model/)
  await refused(
    ['--config', config, '--recheck', '5'],
    1,
    /recheck: got 5 relations; expected a configuration with/,
  )
  await refused(['--config', config, '--queue', 'ftp://x'], 1, /queue: got "ftp:\/\/x"; expected redis/)
  await refused(['--check', 'http://localhost:1/v1'], 2, /--check needs --llm-model/)
})

test('an endpoint that is gone fails its check', async () => {
  const { code, stdout } = await vmm(['curate', '--check', 'http://127.0.0.1:1/v1', '--llm-model', 'm'])
  assert.is(code, 1)
  assert.match(stdout, /FAILS/)
})

test('a worker needs a queue that answers', async () => {
  assert.match((await vmm(['worker'])).stderr, /no queue: name one with --queue/)
  const { code, stderr } = await vmm(['worker', '--queue', 'redis://127.0.0.1:1'])
  assert.is(code, 1)
  assert.match(stderr, /redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/)
})

test.run()
