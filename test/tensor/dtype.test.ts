// Conversions of the 16-bit floats: every code there and back, every midpoint between neighbours, and the same bits
// from the `cast` kernel of every instruction set.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../lib/graph/program.ts'
import { trace } from '../../lib/graph/trace.ts'
import { cast } from '../../lib/ops/index.ts'
import { deviceInfo } from '../../lib/runtime/device.ts'
import { fromBf16Bits, fromF16Bits, toBf16Bits, toF16Bits } from '../../lib/tensor/dtype.ts'

const types = {
  f16: { to: toF16Bits, from: fromF16Bits, infinity: 0x7c00 },
  bf16: { to: toBf16Bits, from: fromBf16Bits, infinity: 0x7f80 },
} as const
const epsilon = 2 ** -50

for (const [name, { to, from, infinity }] of Object.entries(types)) {
  test(`${name}: every code keeps its bits`, () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = from(bits)
      if ((bits & 0x7fff) > infinity) {
        assert.ok(Number.isNaN(value))
        assert.ok((to(value) & 0x7fff) > infinity)
      } else if (to(value) !== bits) assert.unreachable(`code ${bits} is ${value} is ${to(value)}`)
    }
  })

  test(`${name}: midpoints go to even codes, what is next to them to the nearest`, () => {
    for (let bits = 0; bits < infinity; bits++) {
      const low = from(bits)
      // Infinity stands where the next number would be.
      const high = bits + 1 === infinity ? 2 * low - from(bits - 1) : from(bits + 1)
      const middle = (low + high) / 2
      const expected = [bits, bits + (bits & 1), bits + 1]
      const given = [middle * (1 - epsilon), middle, middle * (1 + epsilon)]
      for (const sign of [1, -1])
        given.forEach((value, i) => {
          const want = expected[i]! | (sign < 0 ? 0x8000 : 0)
          if (to(sign * value) !== want)
            assert.unreachable(`${sign * value} is ${to(sign * value)}, expected ${want}`)
        })
    }
  })

  test(`${name}: kernels convert f32 to the same bits`, () => {
    const values: number[] = []
    for (let bits = 0; bits <= infinity; bits += 3) {
      const middle = (from(bits) + from(Math.min(bits + 1, infinity - 1))) / 2
      for (const value of [from(bits), middle, middle * (1 + 2 ** -22), middle * (1 - 2 ** -22)])
        values.push(Math.fround(value), -Math.fround(value))
    }
    values.push(Number.NaN, 1e-45, 3e38, 65519.99, 65520)
    const x = Float32Array.from(values)
    const traced = trace({ x: { kind: 'input', dtype: 'f32', shape: [x.length] } }, (v) => ({
      outputs: { y: cast({ x: v.x }, { to: name as 'f16' | 'bf16' }) },
    }))
    const program = compile(traced)
    for (const instructionSet of deviceInfo().instructionSets) {
      const { y } = program.runSync({ x }, { instructionSet })
      const got = new Uint16Array(y!.buffer)
      x.forEach((value, i) => {
        const same = Number.isNaN(value) ? (got[i]! & 0x7fff) > infinity : got[i] === to(value)
        if (!same) assert.unreachable(`${instructionSet}: ${value} is ${got[i]}, expected ${to(value)}`)
      })
    }
    program.dispose()
  })

  test(`${name}: kernels read every code`, () => {
    const x = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const traced = trace({ x: { kind: 'input', dtype: name as 'f16', shape: [x.length] } }, (v) => ({
      outputs: { y: cast({ x: v.x }, { to: 'f32' }) },
    }))
    const program = compile(traced)
    for (const instructionSet of deviceInfo().instructionSets) {
      const got = new Float32Array(program.runSync({ x }, { instructionSet }).y!.buffer)
      for (let bits = 0; bits < 65536; bits++)
        if (!Object.is(got[bits], from(bits)))
          assert.unreachable(`${instructionSet}: ${bits} is ${got[bits]}, expected ${from(bits)}`)
    }
    program.dispose()
  })
}

test.run()
