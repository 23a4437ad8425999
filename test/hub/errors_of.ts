import * as assert from 'uvu/assert'
import { HubError, type HubReason } from '../../lib/hub/errors.ts'

/** What a call fails with. */
export async function errorOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  return assert.unreachable('expected an error')
}

/** Asserts that a call fails with a HubError of this reason, which is returned. */
export async function fails(
  run: () => Promise<unknown>,
  reason: HubReason,
  message: RegExp,
): Promise<HubError> {
  const error = await errorOf(run)
  assert.instance(error, HubError, String(error))
  assert.is((error as HubError).reason, reason, (error as HubError).message)
  assert.match((error as HubError).message, message)
  return error as HubError
}
