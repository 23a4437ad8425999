// The native encoder against the f64 oracle on more than 500 texts; encoder.slow.ts takes some of them.
import { test } from 'uvu'
import { loadModel } from '../../../lib/index.ts'
import { assertNearOracle, chosen } from './near_oracle.ts'

test(`${chosen.length} texts agree with the oracle to 1e-5`, async () => {
  await using model = await loadModel('use-lite')
  await assertNearOracle(model, chosen)
})

test.run()
