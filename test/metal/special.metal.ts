// Indices out of range end a run of a Metal kernel with a message, before any memory beside its tensors is touched, and
// sequences that do not count in a run are left out.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { librariesOf } from '../support/metal.ts'
import { specialRuns } from './special.ts'

for (const { op, name, problem } of specialRuns)
  test(`${op}: ${name}`, () => {
    assert.is(problem(librariesOf('checked'), 7), null)
    for (const seed of [0, 1, 2]) assert.is(problem(librariesOf('plain'), seed), null)
  })

test.run()
