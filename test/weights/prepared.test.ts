// Weights that took work to make are made once, one by one, and nothing is left of what was not finished.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { createTensor, readBytes } from '../../lib/tensor/device_tensor.ts'
import type { Dtype } from '../../lib/tensor/dtype.ts'
import { type Preparation, preparedWeights } from '../../lib/weights/prepared.ts'
import type { WeightSet } from '../../lib/weights/weight_set.ts'
import { interruptAtEach } from '../support/file_operations.ts'
import { temporaryFolder } from '../support/folder.ts'
import { withoutWriting } from '../support/read_only.ts'

const live = () => {
  const { state, mapped } = deviceInfo().liveBytes
  return [state, mapped]
}
const before = live()
test.after.each(() => assert.equal(live(), before, 'something was left in native memory'))

/** In the order in which they are made; the first one has several pieces. */
const GROUPS: readonly Readonly<Record<string, readonly [Dtype, readonly number[]]>>[] = [
  { large: ['f32', [1200, 1000]] },
  { small: ['f32', [3]] },
  { half: ['bf16', [5, 7]] },
  { quants: ['i8', [4, 32]], scales: ['f16', [4, 1]] },
  { nibbles: ['u8', [4, 16]], 'other.scales': ['f16', [4, 1]] },
]

const values = (shape: readonly number[]) =>
  new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, i) => i % 100)
const entries = GROUPS.map((group) =>
  Object.entries(group).map(([name, [dtype, shape]]) => {
    const data = values(shape)
    const make = () => createTensor(dtype, shape, data)
    using tensor = make()
    return { name, dtype, shape, make, bytes: readBytes(tensor) }
  }),
)

/** @param when called before each group is made */
function preparation(when: (group: number) => void = () => {}) {
  let times = 0
  const all: Preparation = {
    names: entries.flat().map(({ name }) => name),
    async *make() {
      times++
      for (const [i, group] of entries.entries()) {
        when(i)
        yield Object.fromEntries(group.map(({ name, make }) => [name, make()]))
      }
    },
  }
  return { all, times: () => times }
}

function assertComplete(set: WeightSet): void {
  const expected = entries.flat()
  assert.equal(Object.keys(set.tensors).sort(), expected.map(({ name }) => name).sort())
  for (const { name, dtype, shape, bytes } of expected) {
    const tensor = set.get(name)
    assert.equal({ dtype: tensor.dtype, shape: tensor.shape }, { dtype, shape })
    assert.ok(Buffer.from(bytes).equals(readBytes(tensor)), name)
  }
}

/** A cache that lasts for one test. */
function withCache<T>(run: (folder: string, cache: string) => Promise<T>): Promise<T> {
  const cache = join(temporaryFolder(), 'weights')
  return run(join(cache, 'key'), cache)
}

const prepare = (folder: string, { all }: ReturnType<typeof preparation>, signal?: AbortSignal) =>
  preparedWeights(folder, all, signal)

test('made one by one, mapped, and made once', () =>
  withCache(async (folder, cache) => {
    const inMemory: number[] = []
    const own = preparation(() => inMemory.push(live()[0]! - before[0]!))
    {
      using set = await prepare(folder, own)
      assertComplete(set)
      assert.is(live()[0], before[0], 'nothing is in memory of its own')
    }
    assert.equal([...new Set(inMemory)], [0], 'those before are gone when one is made')
    assert.equal(readdirSync(cache), ['key'])
    assert.equal(readdirSync(folder), ['weights.safetensors'])
    using again = await prepare(folder, own)
    assertComplete(again)
    assert.is(own.times(), 1)
  }))

test('of several that ask at once one makes them', () =>
  withCache(async (folder) => {
    const own = preparation()
    const sets = await Promise.all([1, 2, 3].map(() => prepare(folder, own)))
    for (const set of sets) {
      assertComplete(set)
      set.dispose()
    }
    assert.is(own.times(), 1)
  }))

test('cancelled in the middle, or when it fails, it leaves no file, and the error is that of who made it', () =>
  withCache(async (folder, cache) => {
    const error = new Error('enough')
    for (const [last] of GROUPS.entries()) {
      const stop = new AbortController()
      const cancelled = preparation((i) => i === last && stop.abort(error))
      const failing = preparation((i) => {
        if (i === last) throw error
      })
      for (const run of [() => prepare(folder, cancelled, stop.signal), () => prepare(folder, failing)]) {
        assert.is(await run().catch((thrown: unknown) => thrown), error)
        assert.equal(readdirSync(cache), [])
      }
      assert.equal([cancelled.times(), failing.times()], [1, 1])
    }
    const stopped = AbortSignal.abort(error)
    assert.is(await prepare(folder, preparation(), stopped).catch((thrown: unknown) => thrown), error)
    using set = await prepare(folder, preparation())
    assertComplete(set)
  }))

test('cancelled in the middle of a tensor', () =>
  withCache(async (folder, cache) => {
    const stop = new AbortController()
    const own = preparation((i) => {
      // When the first piece is being written.
      if (i === 0) setImmediate(() => stop.abort(new Error('enough')))
    })
    const thrown = await prepare(folder, own, stop.signal).catch((error: unknown) => error)
    assert.is((thrown as Error).message, 'enough')
    assert.equal(readdirSync(cache), [])
  }))

test('where nothing can be written they stay in memory', () =>
  withCache(async (folder, cache) => {
    mkdirSync(cache)
    await withoutWriting(cache, async () => {
      using set = await prepare(folder, preparation())
      assertComplete(set)
    })
    using nowhere = await prepare('/dev/null/weights/key', preparation())
    assertComplete(nowhere)
    const error = new Error('enough')
    const failing = preparation((i) => {
      if (i === 3) throw error
    })
    const thrown = await prepare('/dev/null/weights/key', failing).catch((one: unknown) => one)
    assert.is(thrown, error)
  }))

test('a disk that is full at whatever time: in memory, and nothing stays beside the cache', async () => {
  const root = temporaryFolder()
  const cache = join(root, 'weights')
  const operations = await interruptAtEach({
    how: 'fill',
    prepare: () => rmSync(cache, { recursive: true, force: true }),
    run: async () => {
      using set = await prepare(join(cache, 'key'), preparation())
      assertComplete(set)
    },
    check: async (ending) => {
      assert.is(ending, 'done')
      assert.ok(readdirSync(root).length < 2)
    },
  }).catch((error: unknown) => error)
  assert.type(operations, 'number')
})

test('killed at any operation, the cache serves the next who asks', async () => {
  const root = temporaryFolder()
  const cache = join(root, 'weights')
  const operations = await interruptAtEach({
    how: 'kill',
    prepare: () => rmSync(cache, { recursive: true, force: true }),
    run: async () => {
      using set = await prepare(join(cache, 'key'), preparation())
      assertComplete(set)
    },
    check: async () => {
      using set = await prepare(join(cache, 'key'), preparation())
      assertComplete(set)
      assert.equal(readdirSync(cache), ['key'])
      assert.equal(readdirSync(join(cache, 'key')), ['weights.safetensors'])
    },
  })
  assert.ok(operations > 10, `${operations} operations`)
})

test('a file is as large as what is in it', () =>
  withCache(async (folder) => {
    using set = await prepare(folder, preparation())
    const bytes = Object.values(set.tensors).reduce((sum, one) => sum + readBytes(one).length, 0)
    const file = readFileSync(join(folder, 'weights.safetensors')).length
    assert.ok(file - bytes > 0 && file - bytes < 2048, `${file - bytes}`)
  }))

test.run()
