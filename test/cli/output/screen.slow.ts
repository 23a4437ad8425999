import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { styles } from '../../../lib/cli/context.ts'
import { screen } from '../../../lib/cli/output/screen.ts'
import { savePredictor } from '../../../lib/models/predictor/save.ts'
import { livelyParameters, tinyConfig } from '../../models/predictor/support.ts'
import { DIMS } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { tinyInverter } from '../tiny_inverter.ts'
import { vmm } from '../world.ts'

const HOSTILE = 'a\u0000\u0007\b\r\u001b[2J\u001b]0;title\u0007\u007f\u009b31m\u202eb\u2066\u200f'
/** What must reach no screen. */
const MARKS = /[^\P{Cc}\n\t]|\p{Bidi_Control}/u
/** Less what the commands themselves write there. */
const others = (text: string) =>
  ['\u001b[1m', '\u001b[2m', '\u001b[22m', '\u001b[K', '\r'].reduce(
    (rest, own) => rest.replaceAll(own, ''),
    text,
  )

function written(isTTY: boolean, use: (stream: ReturnType<typeof screen>) => void, env = {}): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 20 })
  use(screen(stream, env))
  return String(stream.read() ?? '')
}

test('control characters and marks of direction are written out; lines and tabs stay', () => {
  for (const isTTY of [true, false]) {
    const text = written(isTTY, (to) => to.write(`${HOSTILE}\tone\ntwo\n`))
    assert.not.match(text, MARKS)
    assert.match(
      text,
      'a\\u0000\\u0007\\u0008\\u000d\\u001b[2J\\u001b]0;title\\u0007\\u007f\\u009b31m\\u202eb\\u2066\\u200f',
    )
    assert.ok(text.endsWith('\tone\ntwo\n'))
  }
})

test('bytes stay as they are', () => {
  const bytes = Buffer.from(HOSTILE)
  assert.is(
    written(false, (to) => to.write(bytes)),
    HOSTILE,
  )
})

test('styles are written on a terminal that takes them, and nowhere else', () => {
  const { bold, dim } = styles({ isTTY: true }, {})
  const text = `${bold(`x${HOSTILE}`)} ${dim('y')}`
  const coloured = written(true, (to) => to.write(text))
  assert.ok(coloured.startsWith('\u001b[1mxa\\u0000'))
  assert.ok(coloured.endsWith('\u001b[22m \u001b[2my\u001b[22m'))
  assert.not.match(others(coloured), MARKS)
  for (const [isTTY, env] of [
    [false, {}],
    [true, { NO_COLOR: '1' }],
    [true, { TERM: 'dumb' }],
  ] as const)
    assert.not.match(
      written(isTTY, (to) => to.write(text), env),
      MARKS,
    )
})

test('a line that is drawn again fits the terminal', () => {
  assert.is(
    written(true, (to) => to.redraw('\u001b[2J and more than twenty characters')),
    '\r\\u001b[2J and more \u001b[K',
  )
  assert.is(
    written(true, (to) => to.redraw('')),
    '\r\u001b[K',
  )
})

test('what the commands print acts on no terminal, wherever it comes from', async () => {
  const folder = temporaryFolder()
  const env = { VMM_CACHE_DIR: join(folder, 'cache') }
  const predictor = join(folder, 'predictor')
  const config = tinyConfig({ space: 'bag-32', dims: DIMS, domains: [HOSTILE, 'peace'] })
  const parameters = livelyParameters(config)
  await savePredictor(predictor, { config, parameters, licence: 'CC0-1.0', trainingData: 'none' })
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{"a": \u202e\u001b')
  const key = join(folder, 'key.json')
  writeFileSync(key, JSON.stringify({ documents: 'x', steps: 1, out: 'run', [HOSTILE]: 1 }))
  const array = join(folder, 'x.npy')
  const header = Buffer.from(`{'descr': '${HOSTILE}', 'fortran_order': False, 'shape': (1, 2), }\n`)
  writeFileSync(
    array,
    Buffer.concat([Buffer.from('\x93NUMPY\x01\0', 'latin1'), Buffer.from([header.length, 0]), header]),
  )
  const world = { env, packages: { 'vector-mamba-inverter': await tinyInverter() } }
  for (const args of [
    ['demo', '--predictor', predictor, `It rained ${HOSTILE}.`],
    ['route', '--predictor', predictor, `It rained ${HOSTILE}.`],
    ['train', 'predictor', '-c', broken],
    ['train', 'predictor', '-c', key],
    ['invert', array],
    ['encode', `${HOSTILE.replace('\0', '')}.txt`],
    ['nearest', '-f', join(folder, HOSTILE.replace('\0', ''))],
    [HOSTILE],
    ['nearest', `--${HOSTILE}`],
    ['encode', '--format', HOSTILE],
  ]) {
    const { stdout, stderr } = await vmm(args, world)
    assert.match(stdout + stderr, '\\u202e', args.slice(0, 2).join(' '))
    assert.not.match(stdout + stderr, MARKS, args.slice(0, 2).join(' '))
    const shown = await vmm(args, { ...world, terminal: true })
    assert.not.match(others(shown.stdout + shown.stderr), MARKS)
  }
  const text = `It rained ${HOSTILE.replace('\r', '')}`
  const { stdout } = await vmm(['nearest', '--json', text], { env })
  assert.not.match(stdout, MARKS)
  assert.is(JSON.parse(stdout).text, text)
})

test.run()
