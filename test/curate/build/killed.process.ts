import { test } from 'uvu'
import { killBuilds } from './kills.ts'

test('a build that is killed 50 times comes to the same store', () =>
  killBuilds({ kills: 50, seed: 1, queue: null, workers: 0 }))

test.run()
