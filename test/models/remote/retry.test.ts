import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Failure, type Outcome, withRetries } from '../../../lib/models/remote/retry.ts'
import { rejects } from '../../support/rejects.ts'
import { virtualClock } from '../../support/virtual_clock.ts'

const failure: Failure = { code: 'NOT_FOUND', message: 'no answer', again: true }
const always = async (): Promise<Outcome<number>> => ({ failure })

test('waits double up to half a minute, and chance shortens them by half at most', async () => {
  for (const [chance, part] of [
    [0, 0.5],
    [0.5, 0.75],
    [1, 1],
  ] as const) {
    const clock = virtualClock(() => chance)
    await rejects(
      () => withRetries(always, { retries: 9, clock, signal: undefined }),
      'NOT_FOUND',
      /^no answer; tried 10 times$/,
    )
    const whole = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]
    assert.equal(
      clock.waits,
      whole.map((ms) => ms * part),
    )
  }
})

test('what is asked for is waited for, and too much is not', async () => {
  const clock = virtualClock()
  const outcomes: Outcome<number>[] = [
    { failure: { ...failure, waitMs: 0 } },
    { failure: { ...failure, waitMs: 600_000 } },
    { value: 7 },
  ]
  const value = await withRetries(async () => outcomes.shift()!, { retries: 2, clock, signal: undefined })
  assert.is(value, 7)
  assert.equal(clock.waits, [0, 600_000])
  const long = async () => ({ failure: { ...failure, waitMs: 600_001 } })
  await rejects(
    () => withRetries(long, { retries: 2, clock, signal: undefined }),
    'NOT_FOUND',
    /^no answer; it asks to wait 601 s$/,
  )
})

test('what cannot go well is not tried again, and an abort ends the waiting', async () => {
  const clock = virtualClock()
  const never = async () => ({ failure: { ...failure, again: false, argument: 'apiKey' } })
  await rejects(
    () => withRetries(never, { retries: 5, clock, signal: undefined }),
    'NOT_FOUND',
    /^no answer$/,
  )
  assert.equal(clock.waits, [])
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  const told = await withRetries(always, { retries: 5, clock, signal: stop.signal }).catch(
    (e: Error) => e.message,
  )
  assert.is(told, 'enough')
})

test.run()
