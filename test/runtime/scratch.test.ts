import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { add, permute } from '../../lib/ops/index.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { createTensor } from '../../lib/tensor/device_tensor.ts'

/** The state becomes twice its transposed self, by way of a temporary of its size. */
function doubling(n: number) {
  const shape = [n, n]
  const traced = trace({ s: { kind: 'state', dtype: 'f32', shape } }, ({ s }) => {
    const twice = add(s, s)
    return { outputs: {}, updates: { s: add(permute(twice, [1, 0]), twice) } }
  })
  return { program: compile(traced), s: createTensor('f32', shape) }
}

const scratch = () => deviceInfo().liveBytes.scratch
const large = doubling(2048)
const bytes = 2048 * 2048 * 4

test('the memory of a large run is kept for more of them, and given back when only small ones follow', () => {
  for (let i = 0; i < 40; i++) {
    large.program.runSync({ s: large.s })
    assert.ok(scratch() >= bytes)
  }
  const small = doubling(8)
  const end = performance.now() + 60_000
  while (scratch() >= bytes / 4 && performance.now() < end) small.program.runSync({ s: small.s })
  assert.ok(scratch() < bytes / 4, `${scratch()} bytes`)
})

test('and taken again when another large one comes', () => {
  large.program.runSync({ s: large.s })
  assert.ok(scratch() >= bytes)
})

test.run()
