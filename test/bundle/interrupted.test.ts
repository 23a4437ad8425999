// A part of interrupted.deep.ts.
import { test } from 'uvu'
import { testBundles } from './interrupted.ts'

testBundles(4)

test.run()
