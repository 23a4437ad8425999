// Runs that go on behind cases that had to be killed take as long as the limits say.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { validateCode } from '../../../lib/curate/code_validation/validate_code.ts'
import { openSandbox } from '../../../lib/curate/sandbox/sandbox.ts'

const sandbox = await openSandbox({ processes: 1, limits: { seconds: 5 } })
const options = { sandbox }

test('a case that never ends in a loop of C is killed, and others go on', async () => {
  const code = 'def f(n):\n    return 1 if n < 100 else len(str(9 ** 10 ** n))\n'
  const { success, cases } = await validateCode(
    code,
    'python',
    { tests: ['assert f(5) == 1'], mostCases: 40 },
    options,
  )
  assert.is(success, true)
  const kinds = cases.map(({ expectedBehaviour }) => expectedBehaviour?.kind)
  assert.ok(kinds.includes('timeout') || kinds.includes('memory'), kinds.join())
  assert.ok(kinds.lastIndexOf('value') > 0)
})

test.after(() => sandbox.dispose())
test.run()
