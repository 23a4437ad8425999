import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type NativeError, native, type ProgramHandle, type SlotValue } from '../../lib/runtime/native.ts'
import { slowProgram, slowStateBytes, smallProgram } from './programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'vmm-native-'))
test.after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'small'), smallProgram())
writeFileSync(join(folder, 'slow'), slowProgram())

const none = new Float64Array(0)
type Result = { error: NativeError | null; outputs: ArrayBuffer[] | null }
function start(
  program: ProgramHandle,
  slots: SlotValue[],
  scalars: Float64Array,
): { id: number; over: Promise<Result> } {
  let id = 0
  const over = new Promise<Result>((resolve) => {
    id = native().run(program, slots, scalars, {}, (error, outputs) => resolve({ error, outputs }))
  })
  return { id, over }
}
function codeOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as NativeError).code
  }
  return 'nothing thrown'
}
const floats = (buffer: ArrayBuffer | undefined): number[] => Array.from(new Float32Array(buffer!))

test('states keep what is written, and only inside their bounds', () => {
  const addon = native()
  const state = addon.createState(100)
  addon.writeState(state, new Uint8Array([1, 2, 3]), 97)
  assert.equal(new Uint8Array(addon.readState(state, 95, 5)), new Uint8Array([0, 0, 1, 2, 3]))
  assert.is(
    codeOf(() => addon.writeState(state, new Uint8Array(3), 98)),
    'BAD_ARGUMENT',
  )
  assert.is(
    codeOf(() => addon.readState(state, 101, 0)),
    'BAD_ARGUMENT',
  )
  assert.is(
    codeOf(() => addon.createState(-1)),
    'BAD_ARGUMENT',
  )
  assert.is(
    codeOf(() => addon.createState(2 ** 52)),
    'OUT_OF_MEMORY',
  )
  addon.dispose(state)
  addon.dispose(state)
  assert.is(
    codeOf(() => addon.readState(state, 0, 1)),
    'DISPOSED',
  )
})

test('handles of another kind and other values are refused', () => {
  const addon = native()
  const state = addon.createState(16)
  for (const wrong of [undefined, null, 3, 'x', {}, new Uint8Array(4)] as never[]) {
    assert.is(
      codeOf(() => addon.dispose(wrong)),
      'BAD_ARGUMENT',
    )
    assert.is(
      codeOf(() => addon.readState(wrong, 0, 1)),
      'BAD_ARGUMENT',
    )
    assert.is(
      codeOf(() => addon.runSync(wrong, [], none, {})),
      'BAD_ARGUMENT',
    )
  }
  assert.is(
    codeOf(() => addon.fileBytes(state as never)),
    'BAD_ARGUMENT',
  )
  assert.is(
    codeOf(() => addon.compile(new Uint8Array(64))),
    'BAD_PROGRAM',
  )
})

test('weights lie in mapped files and keep them', () => {
  const addon = native()
  const path = join(folder, 'weights')
  writeFileSync(
    path,
    Uint8Array.from({ length: 300 }, (_, i) => i),
  )
  const before = addon.info().liveBytes
  const file = addon.mapFile(path)
  assert.is(addon.fileBytes(file), 300)
  const weight = addon.weight(file, 4, 256)
  assert.is(addon.info().liveBytes.state, before.state)
  const copied = addon.weight(file, 5, 256, 64)
  assert.is(addon.info().liveBytes.state, before.state + 256)
  assert.is(
    codeOf(() => addon.weight(file, 45, 256)),
    'BAD_ARGUMENT',
  )
  addon.dispose(file)
  assert.is(addon.info().liveBytes.mapped, before.mapped + 300)
  addon.dispose(weight)
  addon.dispose(copied)
  assert.equal(addon.info().liveBytes.mapped, before.mapped)
  assert.is(
    codeOf(() => addon.mapFile(folder)),
    'BAD_ARGUMENT',
  )
  assert.is(
    codeOf(() => addon.mapFile(join(folder, 'missing'))),
    'BAD_ARGUMENT',
  )
})

test('a run gives its live rows and replaces the state when it succeeds', async () => {
  const addon = native()
  const program = addon.compile(smallProgram())
  const [s, w] = [addon.createState(256), addon.createState(256)]
  addon.writeState(
    w,
    Float32Array.from({ length: 64 }, (_, i) => i),
  )
  addon.writeState(s, new Float32Array(64).fill(9))
  const x = new Float32Array(new SharedArrayBuffer(256)).fill(5)
  for (const set of addon.info().sets) {
    const [y, z] = addon.runSync(program, [x, s, w], new Float64Array([2]), { set, threads: 1 })
    assert.equal(floats(y).slice(0, 9), [0, 8, 16, 24, 32, 40, 48, 56, 1])
    const row = [0, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0]
    assert.equal(floats(z), [...row, ...row])
  }
  assert.equal(floats(addon.readState(s, 60, 8)), [5, 9])
  // The live rows alone are enough of an input; it may change as soon as run() has returned.
  const first = new Float32Array(8).fill(1)
  // A long run goes before it, so that it waits, however fast the machine is.
  const slow = addon.compile(slowProgram())
  const before = start(slow, [addon.createState(slowStateBytes)], none)
  const { over } = start(program, [first, s, w], new Float64Array([1]))
  first.fill(2)
  assert.is(
    codeOf(() => addon.readState(s, 0, 4)),
    'BAD_ARGUMENT',
  )
  addon.cancel(before.id)
  await before.over
  const second = start(program, [first, s, w], new Float64Array([1]))
  assert.equal(floats((await over).outputs![1]), [0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
  assert.equal(floats((await second.over).outputs![1]), [0, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0])
  assert.equal(floats(addon.readState(s, 0, 8)), [2, 2])
})

test('wrong bindings are refused', async () => {
  const addon = native()
  const program = addon.compile(smallProgram())
  const [s, w, short] = [addon.createState(256), addon.createState(256), addon.createState(252)]
  const x = new Float32Array(64)
  const one = new Float64Array([1])
  const tries: [SlotValue[], Float64Array][] = [
    [[x, s], one],
    [[x, s, s], one],
    [[x, s, short], one],
    [[x, x, w], one],
    [[s, s, w], one],
    [[new Float32Array(65), s, w], one],
    [[x, s, w], none],
    [[x, s, w], new Float64Array([9])],
    [[x, s, w], new Float64Array([0.5])],
    [[x, s, program as never], one],
  ]
  for (const [slots, scalars] of tries)
    assert.is(
      codeOf(() => addon.runSync(program, slots, scalars, {})),
      'BAD_ARGUMENT',
    )
  assert.is(
    codeOf(() => addon.runSync(program, [x, s, w], one, { set: 'none' })),
    'BAD_ARGUMENT',
  )
  const { error } = await start(program, [x, s, w], new Float64Array([9])).over
  assert.is(error?.code, 'BAD_ARGUMENT')
})

test('a cancelled run leaves no trace; queued runs end at once', async () => {
  const addon = native()
  const program = addon.compile(slowProgram())
  const before = addon.info().liveBytes.state
  const state = addon.createState(slowStateBytes)
  addon.writeState(state, new Float32Array([1, 2, 3]))
  const running = start(program, [state], none)
  const queued = start(program, [state], none)
  await new Promise((later) => setTimeout(later, 20))
  addon.cancel(queued.id)
  assert.is((await queued.over).error?.code, 'CANCELLED')
  addon.cancel(running.id)
  addon.cancel(running.id)
  addon.cancel(12345)
  assert.is((await running.over).error?.code, 'CANCELLED')
  assert.equal(floats(addon.readState(state, 0, 12)), [1, 2, 3])
  // Memory lives as long as the run that uses it.
  const last = start(program, [state], none)
  addon.dispose(state)
  addon.dispose(program)
  assert.ok(addon.info().liveBytes.state >= slowStateBytes)
  addon.cancel(last.id)
  await last.over
  assert.ok(addon.info().liveBytes.state < before + slowStateBytes)
})

const child = fileURLToPath(new URL('native_child.mjs', import.meta.url))
const rounds = Number(process.env.VMM_TERMINATE_ROUNDS ?? 4)

for (const mode of ['alone', 'shared'])
  test(`worker threads may be terminated in the middle of runs (${mode})`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [child, folder, mode, String(rounds)])
    assert.is(String(stderr), '')
    assert.is(status, 0)
    assert.is(JSON.parse(String(stdout)).state, 0)
  })

test('process.exit() in the middle of a run', () => {
  for (let i = 0; i < rounds; i++) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [
      child,
      folder,
      'exit',
      String(5 * (i % 8)),
    ])
    assert.equal([status, String(stdout), String(stderr)], [7, '', ''])
  }
})

test.run()
