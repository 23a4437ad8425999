import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { VmmError } from '../../lib/core/errors.ts'
import { compile, type Program, toFloat32 } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import type { Value } from '../../lib/graph/value.ts'
import {
  adamw,
  add,
  cast,
  embedding,
  exp,
  mul,
  rmsNormGrad,
  scatterAdd,
  sub,
  sum,
} from '../../lib/ops/index.ts'
import { deviceInfo, gpuInfo } from '../../lib/runtime/device.ts'
import { createTensor, readTensor } from '../../lib/tensor/device_tensor.ts'
import {
  emulated,
  emulatedSet,
  emulatePrograms,
  takeCommandBuffers,
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
  const beside = compile(
    trace({ x: { kind: 'input', dtype: 'f32', shape: [32] } }, ({ x }) => ({
      outputs: { a: exp(x!), b: mul(x!, x!), c: add(x!, x!) },
    })),
  )
  // What was read and written before a barrier is no reason for another one.
  const after = compile(
    trace({ x: { kind: 'input', dtype: 'f32', shape: [32] } }, ({ x }) => {
      const y = sub(x!, mul(x!, x!))
      return { outputs: { a: exp(y), b: add(y, y) } }
    }),
  )
  for (const program of [beside, after]) {
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
  }
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
    emulatePrograms(seed, seed % 2 === 0 ? undefined : 1)
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

test('bad data is told from what the op has read, though its memory was used again', () => {
  const program = compile(
    trace(
      {
        table: { kind: 'input', dtype: 'f32', shape: [4, 4] },
        x: { kind: 'input', dtype: 'f32', shape: [4] },
      },
      ({ table, x }) => {
        let y = embedding({ table: table!, ids: cast({ x: add(x!, x!) }, { to: 'i32' }) })
        for (let i = 0; i < 8; i++) y = mul(add(y, table!), y)
        return { outputs: { y } }
      },
    ),
  )
  const inputs = { table: numbers('table', 16), x: Float32Array.of(0, 1, 4, 0.5) }
  for (const mostWork of [undefined, 1, 40]) {
    emulatePrograms(0, mostWork)
    for (const where of ['cpu', device] as const)
      assert.throws(() => program.runSync(inputs, { device: where }), /embedding: ids\[2\] is 8; expected 0/)
  }
  program.dispose()
})

test('long programs are several command buffers of bounded work, with the same bits', () => {
  const program = chains()
  const x = numbers('chains', 7 * 33)
  const bitsOf = () => Buffer.from(program.runSync({ x }, { device }).y!.buffer)
  emulatePrograms(1)
  takeCommandBuffers()
  const whole = bitsOf()
  assert.is(takeCommandBuffers(), 1)
  // Each of them looks at 231 numbers.
  const nodes = program.encoded.sites.length
  for (const [mostWork, buffers] of [
    [1, nodes],
    [231 * 10, Math.ceil(nodes / 10)],
    [231 * nodes, 1],
  ] as const) {
    emulatePrograms(2, mostWork)
    takeCommandBuffers()
    assert.ok(bitsOf().equals(whole), `${mostWork}`)
    assert.is(takeCommandBuffers(), buffers, `${mostWork}`)
  }
  program.dispose()
})

test('what follows an update is explained without a second one', () => {
  const program = compile(
    trace(
      {
        ids: { kind: 'input', dtype: 'i32', shape: [2] },
        grad: { kind: 'input', dtype: 'f32', shape: [3, 5] },
        param: { kind: 'state', dtype: 'f32', shape: [3, 5] },
        m: { kind: 'state', dtype: 'f32', shape: [3, 5] },
        v: { kind: 'state', dtype: 'f32', shape: [3, 5] },
      },
      ({ ids, grad, param, m, v }) => {
        const state = { param: param!, m: m!, v: v!, grad: grad! }
        const next = adamw(state, {}, { lr: 'lr', step: 'step' })
        return {
          outputs: { y: embedding({ table: next.paramOut, ids: ids! }) },
          updates: { param: next.paramOut, m: next.mOut, v: next.vOut },
        }
      },
    ),
  )
  emulatePrograms(1)
  const grad = numbers('grad', 15)
  const [cpu, metal] = (['cpu', device] as const).map((where) => {
    const bound = Object.fromEntries(['param', 'm', 'v'].map((name) => [name, createTensor('f32', [3, 5])]))
    let message = ''
    try {
      program.runSync(
        { ids: Int32Array.of(1, 9), grad, ...bound },
        { scalars: { lr: 0.1, step: 1 }, device: where },
      )
    } catch (error) {
      message = (error as VmmError).message
    }
    const m = [...readTensor(bound.m!)]
    for (const tensor of Object.values(bound)) tensor.dispose()
    return { message, m }
  })
  assert.match(cpu!.message, /ids\[1\] is 9/)
  assert.is(metal!.message, cpu!.message)
  for (const [i, value] of cpu!.m.entries()) assert.ok(Math.abs(metal!.m[i]! - value) < 1e-6, `m[${i}]`)
  program.dispose()
})

test('ops share scratch memory, which does not grow with what has run', () => {
  const sizes = [9000, 7300, 5200]
  const program = compile(
    trace(
      Object.fromEntries(
        sizes.flatMap((rows) => [
          [`x${rows}`, { kind: 'input', dtype: 'f32', shape: [rows, 1] } as const],
          [`index${rows}`, { kind: 'input', dtype: 'i32', shape: [rows] } as const],
        ]),
      ),
      (given) => ({
        outputs: Object.fromEntries(
          sizes.map((rows) => [
            `y${rows}`,
            scatterAdd({ x: given[`x${rows}`]!, index: given[`index${rows}`]! }, { size: 3 }),
          ]),
        ),
      }),
    ),
  )
  // Sums of small whole numbers have no rounding.
  const inputs = Object.fromEntries(
    sizes.flatMap((rows) => [
      [`x${rows}`, numbers(`x${rows}`, rows).map((x) => Math.round(8 * x))] as const,
      [
        `index${rows}`,
        Int32Array.from(numbers(`index${rows}`, rows), (x) => Math.floor(3 * (x + 0.5))),
      ] as const,
    ]),
  )
  const expected = program.runSync(inputs)
  const scratchAfter = (runs: number) => {
    for (let run = 0; run < runs; run++) {
      emulatePrograms(run % 3)
      const results = program.runSync(inputs, { device })
      for (const [name, y] of Object.entries(expected))
        assert.equal(toFloat32(results[name]!), toFloat32(y), name)
    }
    return deviceInfo().liveBytes.scratch
  }
  const before = scratchAfter(12)
  assert.is(scratchAfter(36), before)
  program.dispose()
})

test('an op waits for another one whose scratch memory it takes', () => {
  const [rows, d] = [2, 150_000]
  const names = ['a', 'b', 'c']
  const program = compile(
    trace(
      {
        ...Object.fromEntries(
          names.map((name) => [name, { kind: 'input', dtype: 'f32', shape: [rows, d] } as const]),
        ),
        weight: { kind: 'input', dtype: 'f32', shape: [d] },
        invRms: { kind: 'input', dtype: 'f32', shape: [rows] },
      },
      ({ weight, invRms, ...given }) => ({
        outputs: Object.fromEntries(
          names.flatMap((name) => {
            const upstream = (given as Record<string, Value>)[name]!
            const gradients = rmsNormGrad({ x: upstream, weight: weight!, invRms: invRms!, upstream })
            return [
              [name, gradients.dWeight],
              [`dx ${name}`, gradients.dx],
            ]
          }),
        ),
      }),
    ),
  )
  const inputs = {
    ...Object.fromEntries(names.map((name) => [name, numbers(name, rows * d)])),
    weight: numbers('weight', d),
    invRms: Float32Array.of(1, 1),
  }
  const expected = program.runSync(inputs)
  for (const seed of [0, 1, 2, 3]) {
    emulatePrograms(seed)
    const results = program.runSync(inputs, { device })
    for (const name of names) {
      const [actual, right] = [toFloat32(results[name]!), toFloat32(expected[name]!)]
      assert.ok(
        right.every((value, i) => Math.abs(actual[i]! - value) < 1e-5),
        `${name}, seed ${seed}`,
      )
    }
  }
  program.dispose()
})

test('memory that was freed and is taken again is wrapped again', () => {
  const program = compile(
    trace(
      {
        x: { kind: 'input', dtype: 'f32', shape: [8192] },
        s: { kind: 'state', dtype: 'f32', shape: [8192] },
      },
      ({ x, s }) => ({ outputs: { y: add(x!, s!) }, updates: { s: mul(x!, s!) } }),
    ),
  )
  const x = numbers('again', 8192)
  emulatePrograms(0)
  for (let run = 0; run < 20; run++) {
    const s = createTensor('f32', [8192], numbers(`again ${run}`, 8192))
    const y = toFloat32(program.runSync({ x, s }, { device }).y!)
    const start = numbers(`again ${run}`, 8192)
    assert.ok(y.every((value, i) => value === Math.fround(x[i]! + start[i]!)))
    assert.ok(readTensor(s).every((value, i) => value === Math.fround(x[i]! * start[i]!)))
    s.dispose()
  }
  program.dispose()
})

test('a kernel that the device cannot make is no mistake of the caller', () => {
  const program = compile(
    trace({ x: { kind: 'input', dtype: 'f32', shape: [4] } }, ({ x }) => ({ outputs: { y: exp(x!) } })),
  )
  assert.throws(
    () => emulated('/nowhere', 0, () => program.runSync({ x: numbers('none', 4) }, { device })),
    (error: VmmError) => error.code === 'NATIVE' && /unary/.test(error.message),
  )
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
  // They are cancelled one after the other while the executor goes on: one that it has just begun may end well after one
  // that was stopped.
  const ends = await Promise.allSettled(runs)
  assert.is(ends.at(-1)!.status, 'rejected')
  for (const end of ends) if (end.status === 'rejected') assert.is(end.reason.name, 'AbortError')
  await program.run({ x }, { device })
  program.dispose()
  assert.is(deviceInfo().liveBytes.state, before.state)
})

test('a run that is aborted while the device computes changes no parameter', async () => {
  const n = 60_000
  const program = compile(
    trace(
      {
        x: { kind: 'input', dtype: 'f32', shape: [n] },
        param: { kind: 'state', dtype: 'f32', shape: [n] },
        m: { kind: 'state', dtype: 'f32', shape: [n] },
        v: { kind: 'state', dtype: 'f32', shape: [n] },
      },
      ({ x, param, m, v }) => {
        let grad = x!
        for (let i = 0; i < 20; i++) grad = mul(exp(grad), x!)
        const state = { param: param!, m: m!, v: v!, grad }
        const next = adamw(state, {}, { lr: 'lr', step: 'step' })
        return { outputs: {}, updates: { param: next.paramOut, m: next.mOut, v: next.vOut } }
      },
    ),
  )
  emulatePrograms(0)
  const bound = Object.fromEntries(['param', 'm', 'v'].map((name) => [name, createTensor('f32', [n])]))
  const run = (signal?: AbortSignal) =>
    program.run(
      { x: numbers('aborted', n), ...bound },
      { scalars: { lr: 0.1, step: 1 }, device, ...(signal && { signal }) },
    )
  const control = new AbortController()
  const running = run(control.signal)
  setTimeout(() => control.abort(), 5)
  const [{ status }] = await Promise.allSettled([running])
  assert.is(status, 'rejected')
  assert.ok(readTensor(bound.m!).every((value) => value === 0))
  await run()
  assert.not.ok(readTensor(bound.m!).every((value) => value === 0))
  for (const tensor of Object.values(bound)) tensor.dispose()
  program.dispose()
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
