// All elementary functions on millions of floats, on every instruction set, against libm in double precision.
import { basename } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testUnless } from '../../support/skip.ts'
import { buildVectorTests, lackOf, runPrograms } from './vectors.ts'

/** Every so many of the 2^32 floats: a prime, so that all exponents and low bits are met. */
const stride = '509'

const calls = buildVectorTests('math_ulp_').map((program) => [program, stride] as const)
const endings = runPrograms(calls)

for (const [i, [program]] of calls.entries()) {
  const { code, output } = await endings[i]!
  testUnless(lackOf(output), basename(program), () => assert.is(code, 0, output))
}

test.run()
