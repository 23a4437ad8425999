// Runs of Metal kernels that samples cannot say: indices out of range end a run with a message, before any memory beside
// its tensors is touched, and sequences that do not count in a run are left out.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { librariesOf, metalOps } from '../support/metal.ts'
import { kernelCases } from './ops/cases.ts'

for (const op of metalOps())
  for (const { name, problem } of kernelCases.get(op.name)?.special ?? [])
    test(`${op.name}: ${name}`, () => {
      assert.is(problem(librariesOf('checked'), 7), null)
      for (const seed of [0, 1, 2]) assert.is(problem(librariesOf('plain'), seed), null)
    })

test.run()
