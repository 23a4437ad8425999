import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { lifetime, workingLifetime } from '../../lib/core/disposable.ts'
import { VmmError } from '../../lib/core/errors.ts'

function counted() {
  const count = { freed: 0 }
  const life = lifetime('the thing was disposed', () => {
    count.freed++
  })
  return { count, life }
}

test('each way to dispose frees once', async () => {
  for (const end of [
    async (thing: ReturnType<typeof counted>['life']['ends']) => thing.dispose(),
    async (thing: ReturnType<typeof counted>['life']['ends']) => {
      using _ = thing
    },
    async (thing: ReturnType<typeof counted>['life']['ends']) => {
      await using _ = thing
    },
  ]) {
    const { count, life } = counted()
    life.alive()
    const thing = { name: 'x', ...life.ends }
    await end(thing)
    assert.is(count.freed, 1)
    thing.dispose()
    thing[Symbol.dispose]()
    await thing[Symbol.asyncDispose]()
    assert.is(count.freed, 1)
    assert.throws(
      () => life.alive(),
      (error: unknown) =>
        error instanceof VmmError && error.code === 'DISPOSED' && error.message === 'the thing was disposed',
    )
  }
})

test('what takes a while is waited for by all who wait', async () => {
  let [begun, done] = [0, 0]
  const { ends, alive } = lifetime('over', async () => {
    begun++
    await new Promise((resolve) => setImmediate(resolve))
    done++
  })
  ends[Symbol.dispose]()
  assert.equal([begun, done], [1, 0])
  assert.throws(alive, /^over$/)
  await Promise.all([ends.dispose(), ends[Symbol.asyncDispose]()])
  assert.equal([begun, done], [1, 1])
})

test('a failure is heard by those who wait, and ends it all the same', async () => {
  const { ends, alive } = lifetime('over', async () => {
    throw new Error('disk')
  })
  ends[Symbol.dispose]()
  for (const wait of [() => ends.dispose(), () => ends[Symbol.asyncDispose]()])
    try {
      await wait()
      assert.unreachable('was silent')
    } catch (error) {
      assert.is((error as Error).message, 'disk')
    }
  assert.throws(alive, /^over$/)
  let calls = 0
  const sync = lifetime('over', () => {
    calls++
    throw new Error('native')
  })
  assert.throws(() => sync.ends.dispose(), /^native$/)
  sync.ends.dispose()
  assert.is(calls, 1)
})

test('calls that are under way are let finish, and new ones refused', async () => {
  let freed = 0
  const { ends, during } = workingLifetime('over', () => freed++)
  let finish = () => {}
  const call = during(
    () =>
      new Promise<string>((resolve) => {
        finish = () => resolve('done')
      }),
  )
  const failing = during(async () => {
    throw new Error('failed')
  })
  ends.dispose()
  ends.dispose()
  await failing.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'failed'),
  )
  assert.is(freed, 0)
  await during(async () => {}).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'over'),
  )
  finish()
  assert.is(await call, 'done')
  await ends[Symbol.asyncDispose]()
  assert.is(freed, 1)
})

test('without a call it is freed at once', () => {
  let freed = 0
  workingLifetime('over', () => freed++).ends.dispose()
  assert.is(freed, 1)
})

test.run()
