import { test } from 'uvu'
import { missingRedis, redisServer } from '../../support/redis.ts'
import { testUnless } from '../../support/skip.ts'
import { killBuilds } from './kills.ts'

test('a build that is killed 50 times comes to the same store', () =>
  killBuilds({ kills: 50, seed: 3, queue: null, workers: 0 }))

testUnless(
  missingRedis(),
  'builds and three workers that are killed 50 times come to the same store',
  async () => killBuilds({ kills: 50, seed: 4, queue: await redisServer(), workers: 3 }),
)

test.run()
