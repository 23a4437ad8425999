// The programs of examples run as they stand there, with small inputs.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tableFromIPC } from 'apache-arrow'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { npyDictionary, parseNpyDictionary } from '../lib/io/npy.ts'
import { temporaryFolder } from './support/folder.ts'
import { difference } from './support/markdown.ts'

const folder = fileURLToPath(new URL('../examples', import.meta.url))

function run(name: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, name), ...args], {
    encoding: 'utf8',
  })
  assert.is(status, 0, `${name}: ${stderr}`)
  return stdout
}

const examples: Readonly<Record<string, () => void>> = {
  'search-notes.mjs': () => {
    const store = join(temporaryFolder(), 'notes.store')
    const notes = join(folder, 'notes')
    const shown =
      '9 files read, 0 as before\n\n0.387  garden.txt:1  \nThe tomatoes need water every evening in July.\n…\n'
    assert.is(difference(run('search-notes.mjs', 'What ate the salad?', notes, store), shown), null)
    const again = run('search-notes.mjs', 'My tooth hurts.', notes, store)
    assert.match(again, /^0 files read, 9 as before\n\n0\.\d{3} {2}health\.md:5 {2}Doctors › Teeth\n/)
  },
  'duplicates.mjs': () => {
    const groups = run('duplicates.mjs')
    assert.match(groups, /^The train to Berlin is late\.\n {2}= The Berlin train is delayed\.$/m)
    assert.not.match(groups, /museum/)
  },
  'route-messages.mjs': () => {
    const shown = '0.576  billing: …\n0.690  shipping: …\n0.193  a person: …\n'
    assert.is(difference(run('route-messages.mjs'), shown), null)
    assert.match(run('route-messages.mjs', 'I cannot sign in.'), /technical: I cannot sign in\.$/m)
  },
  'to-python.mjs': () => {
    const out = temporaryFolder()
    assert.is(run('to-python.mjs', join(folder, 'sentences.txt'), out), '7 vectors of 512 numbers\n')
    const npy = readFileSync(join(out, 'vectors.npy'))
    const { begin, length } = npyDictionary(npy)!
    assert.equal(parseNpyDictionary(npy.toString('latin1', begin, begin + length)), {
      descr: '<f4',
      fortranOrder: false,
      shape: [7, 512],
    })
    assert.is(npy.length, begin + length + 7 * 512 * 4)
    const table = tableFromIPC(readFileSync(join(out, 'vectors.arrow')))
    assert.equal([table.numRows, table.getChild('text')!.get(0)], [7, 'The train to Berlin is late.'])
    assert.is(table.getChild('vector')!.get(0)!.get(5), npy.readFloatLE(begin + length + 5 * 4))
  },
  'predict.mjs': () => {
    assert.match(run('predict.mjs', 'The sun set. It grew cold.'), /^(-?\d\.\d{3} {2}.+\n){3}$/)
  },
  'worker.mjs': () => {
    const row = (a: string, b: string, c: string) => `${a}  ${b}  ${c}\n`
    const shown =
      row('1.000', '0.528', '0.257') + row('0.528', '1.000', '0.252') + row('0.257', '0.252', '1.000')
    assert.is(difference(run('worker.mjs'), shown), null)
  },
  'cancel.mjs': () => {
    assert.is(run('cancel.mjs', '100', '3600').trim(), '100 vectors')
    assert.is(run('cancel.mjs', '1000000', '0.1').trim(), 'stopped: out of time')
  },
  'train-predictor.mjs': () => {
    const shown = 'step 50: loss …\nNight falls. → The sun rises.\n'
    assert.is(difference(run('train-predictor.mjs', '60'), shown), null)
  },
}

for (const [name, check] of Object.entries(examples)) test(name, check)

test('all programs are run, and begin by saying how', () => {
  const programs = readdirSync(folder).filter((name) => name.endsWith('.mjs'))
  assert.equal(programs.sort(), Object.keys(examples).sort())
  for (const name of programs) {
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
    assert.match(lines[0]!, /^\/\/ [A-Z].+\.$/, name)
    assert.ok(lines[1]!.startsWith(`//   node examples/${name}`), name)
    assert.ok(lines.length >= 10 && lines.length <= 42, `${name}: ${lines.length} lines`)
  }
})

test.run()
