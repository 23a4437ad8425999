// Whole programs on the emulated device, through the host code that Metal shares: ops come in any order that the
// barriers between them allow, in the memory that programs have.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allOps } from '../../lib/graph/define.ts'
import { compile, type Program, toFloat32 } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import { adamw, add, embedding, exp, mul, sub, sum } from '../../lib/ops/index.ts'
import { deviceInfo, gpuInfo } from '../../lib/runtime/device.ts'
import type { VmmError } from '../../lib/runtime/errors.ts'
import { createTensor, readTensor } from '../../lib/tensor/device_tensor.ts'
import { buildKernel } from '../../scripts/metal/build.ts'
import { kernelOps, ROOT } from '../../scripts/metal/paths.ts'
import {
  embeddedSource,
  emulatedSet,
  emulatePrograms,
  librariesOf,
  takeDispatches,
} from '../support/metal.ts'
import { seeded } from '../support/values.ts'

const seeds = [0, 1, 2, 3, 4, 5, 6, 7]
const device = emulatedSet

function numbers(seed: string, count: number): Float32Array {
  const random = seeded(seed)
  return Float32Array.from({ length: count }, () => random() - 0.5)
}

/** Long chains that share scratch memory, so that what is freed is used again at once. */
function chains(): Program {
  return compile(
    trace({ x: { kind: 'input', dtype: 'f32', shape: [7, 33] } }, ({ x }) => {
      const ends: Value[] = []
      for (let chain = 0; chain < 6; chain++) {
        let value = x!
        for (let i = 0; i < 5; i++) value = sub(mul(value, x!), exp(add(value, x!)))
        ends.push(value)
      }
      return { outputs: { y: ends.reduce((a, b) => add(mul(a, b), x!)) } }
    }),
  )
}

test('every op has a Metal kernel', () => {
  assert.equal(
    kernelOps(),
    allOps()
      .map(({ name }) => name)
      .sort(),
  )
})

test('what is embedded compiles by itself', () => {
  const folder = relative(ROOT, join(librariesOf('plain'), '..', 'embedded'))
  for (const op of kernelOps()) {
    const source = join(folder, `${op}.metal`)
    mkdirSync(join(ROOT, folder), { recursive: true })
    const text = embeddedSource(op)
    assert.not.match(text, /#include "/, op)
    writeFileSync(join(ROOT, source), text)
    buildKernel({ source, output: join(ROOT, folder, `${op}.so`), mode: 'plain' })
  }
})

test('programs give the bits of the first schedule in every other, and never wait for the CPU', () => {
  const program = chains()
  const x = numbers('chains', 7 * 33)
  const expected = toFloat32(program.runSync({ x }).y!)
  const before = gpuInfo()!
  let first: Buffer | undefined
  for (const seed of seeds) {
    emulatePrograms(seed)
    const y = toFloat32(program.runSync({ x }, { device }).y!)
    const bits = Buffer.from(y.buffer)
    first ??= bits
    assert.ok(bits.equals(first), `seed ${seed}`)
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs(y[i]! - value) <= 1e-4 * (1 + Math.abs(value)), `${i}: ${y[i]}, expected ${value}`)
  }
  const after = gpuInfo()!
  assert.is(after.runs - before.runs, seeds.length)
  assert.is(after.takenOver, before.takenOver)
  program.dispose()
})

test('independent ops are dispatched without a barrier between them', () => {
  const program = compile(
    trace({ x: { kind: 'input', dtype: 'f32', shape: [32] } }, ({ x }) => ({
      outputs: { a: exp(x!), b: mul(x!, x!), c: add(x!, x!) },
    })),
  )
  const orders = new Set<string>()
  for (const seed of seeds) {
    emulatePrograms(seed)
    takeDispatches()
    program.runSync({ x: numbers('independent', 32) }, { device })
    orders.add(
      takeDispatches()
        .map(({ kernel }) => kernel)
        .join(),
    )
  }
  assert.ok(orders.size > 1, [...orders].join(' | '))
  program.dispose()
})

test('bad data in the middle of a program is told as the CPU tells it, and states stay as they were', () => {
  const ids = (value: number) => Int32Array.of(1, value, 0)
  const program = compile(
    trace(
      {
        table: { kind: 'input', dtype: 'f32', shape: [4, 5] },
        ids: { kind: 'input', dtype: 'i32', shape: [3] },
        param: { kind: 'state', dtype: 'f32', shape: [3, 5] },
        m: { kind: 'state', dtype: 'f32', shape: [3, 5] },
        v: { kind: 'state', dtype: 'f32', shape: [3, 5] },
      },
      ({ table, ids, param, m, v }) => {
        const rows = embedding({ table: add(table!, table!), ids: ids! })
        const state = { param: param!, m: m!, v: v! }
        const next = adamw({ ...state, grad: mul(rows, rows) }, {}, { lr: 'lr', step: 'step' })
        return {
          outputs: { y: sum(exp(rows)) },
          updates: { param: next.paramOut, m: next.mOut, v: next.vOut },
        }
      },
    ),
  )
  const given = { table: numbers('table', 20) }
  const states = () =>
    Object.fromEntries(
      ['param', 'm', 'v'].map((name) => [name, createTensor('f32', [3, 5], numbers(name, 15).map(Math.abs))]),
    )
  const start = [...numbers('param', 15).map(Math.abs)]
  const options = { scalars: { lr: 0.1, step: 1 } }
  const messageOf = (where: 'cpu' | typeof device, value: number) => {
    const bound = states()
    let message = ''
    try {
      program.runSync({ ...given, ids: ids(value), ...bound }, { ...options, device: where })
    } catch (error) {
      message = (error as VmmError).message
    }
    const param = [...readTensor(bound.param!)]
    for (const state of Object.values(bound)) state.dispose()
    return { message, param }
  }
  for (const seed of seeds) {
    emulatePrograms(seed)
    const [cpu, metal] = [messageOf('cpu', 9), messageOf(device, 9)]
    assert.match(cpu.message, /ids\[1\] is 9/)
    assert.is(metal.message, cpu.message)
    assert.equal(metal.param, start)
    const [right, alike] = [messageOf('cpu', 2), messageOf(device, 2)]
    assert.is(alike.message, '')
    assert.not.equal(alike.param, start)
    for (const [i, value] of right.param.entries()) assert.ok(Math.abs(alike.param[i]! - value) < 1e-5)
  }
  program.dispose()
})

test('runs on the device can be aborted before they begin, and memory is given back', async () => {
  const before = deviceInfo().liveBytes
  const program = chains()
  emulatePrograms(3)
  const x = numbers('chains', 7 * 33)
  await program.run({ x }, { device })
  const gone = new AbortController()
  gone.abort()
  try {
    await program.run({ x }, { device, signal: gone.signal })
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).name, 'AbortError')
  }
  const late = new AbortController()
  const runs = Array.from({ length: 20 }, () => program.run({ x }, { device, signal: late.signal }))
  late.abort()
  for (const { status } of await Promise.allSettled(runs)) assert.is(status, 'rejected')
  await program.run({ x }, { device })
  program.dispose()
  assert.is(deviceInfo().liveBytes.state, before.state)
})

test('vmm doctor --device runs every sample of every op', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'lib/cli/main.ts', 'doctor', '--device', device],
    { cwd: ROOT, encoding: 'utf8' },
  )
  assert.is(stderr, '')
  const samples = allOps().reduce((sum, op) => sum + op.definition.samples.length, 0)
  const all = `${allOps().length} ops, ${samples} samples: ${samples} agree, 0 do not\n`
  assert.ok(status === 0 && stdout.endsWith(all), stdout)
})

test('a device that does not exist is refused by name', () => {
  const program = chains()
  assert.throws(
    () => program.runSync({ x: numbers('x', 231) }, { device: 'gpu' as 'metal' }),
    /device: got "gpu"; expected cpu or metal/,
  )
  program.dispose()
})

test.run()
