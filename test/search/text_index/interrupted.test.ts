// A part of interrupted.deep.ts.
import { test } from 'uvu'
import { testIndexes } from './interrupted.ts'

testIndexes(9)

test.run()
