// Every bad call of every op is refused while tracing, with its message.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { chosenOps, traceSample } from '../support/op_cases.ts'

for (const op of chosenOps())
  for (const reject of op.definition.rejects)
    test(`${op.name} refuses: ${reject.name}`, () => {
      try {
        traceSample(op, { name: reject.name, inputs: reject.inputs, attrs: reject.attrs ?? {} })
      } catch (error) {
        assert.instance(error, VmmError)
        assert.is((error as VmmError).code, 'BAD_ARGUMENT')
        assert.ok(
          (error as Error).message.includes(reject.message),
          `message '${(error as Error).message}' does not say '${reject.message}'`,
        )
        return
      }
      assert.unreachable('was accepted')
    })

test.run()
