import * as assert from 'uvu/assert'
import { type ErrorCode, VmmError } from '../../lib/core/errors.ts'

/** Asserts that a call fails with a VmmError of this code and message. */
export async function rejects(run: () => unknown, code: ErrorCode, message: RegExp): Promise<void> {
  try {
    await run()
  } catch (error) {
    assert.instance(error, VmmError)
    assert.is((error as VmmError).code, code)
    assert.match((error as VmmError).message, message)
    return
  }
  assert.unreachable(`expected ${message}`)
}
