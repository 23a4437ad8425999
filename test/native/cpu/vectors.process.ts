// The C++ tests of vectors on every instruction set: elementary functions on millions of floats (vectors.deep.ts takes all of
// them), sums of products, conversions.
import { basename } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testUnless } from '../../support/skip.ts'
import { buildVectorTests, lackOf, runPrograms } from './vectors.ts'

/** Every so many of the 2^32 floats: a prime, so that all exponents and low bits are met. */
const stride = '509'

const math = buildVectorTests('math_ulp_').map((program) => [program, stride] as const)
const dots = buildVectorTests('test_dots_').map((program) => [program] as const)
const calls = [...math, ...dots]
const endings = runPrograms(calls)

test('an instruction set of this processor is among them', async () => {
  for (const some of [math, dots]) assert.ok(some.length > 0)
  assert.ok((await Promise.all(endings)).some(({ output }) => lackOf(output) === null))
})

for (const [i, [program]] of calls.entries()) {
  const { code, output } = await endings[i]!
  testUnless(lackOf(output), basename(program), () => assert.is(code, 0, output))
}

test.run()
