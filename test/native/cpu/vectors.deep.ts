// Elementary functions of one float on all 2^32 of them, on every instruction set, against libm in double precision.
import { basename } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { testUnless } from '../../support/skip.ts'
import { buildVectorTests, lackOf, runPrograms } from './vectors.ts'

const functions = ['exp', 'power', 'log', 'sigmoid', 'tanh', 'softplus', 'expm1', 'log1p', 'erf']
const programs = buildVectorTests('math_ulp_')
const calls = functions.flatMap((name) => programs.map((program) => [program, '1', name] as const))
const endings = runPrograms(calls)

for (const [i, [program, , name]] of calls.entries()) {
  const { code, output } = await endings[i]!
  console.log(output.trimEnd())
  testUnless(lackOf(output), `${name}: ${basename(program)}`, () => {
    assert.is(code, 0, output)
    assert.match(output, name)
  })
}

test.run()
