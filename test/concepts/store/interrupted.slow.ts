// A part of interrupted.deep.ts.
import { test } from 'uvu'
import { testBuilds } from './interrupted.ts'

testBuilds(5)

test.run()
