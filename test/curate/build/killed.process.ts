// 50 kills are among the deep tests.
import { test } from 'uvu'
import { killBuilds } from './kills.ts'

test('a build that is killed again and again comes to the same store', () =>
  killBuilds({ kills: 8, seed: 1, queue: null, workers: 0 }))

test.run()
