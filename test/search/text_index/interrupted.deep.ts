// Every file operation of an index of files is the last one before a kill, and the one for which there is no room.
import { test } from 'uvu'
import { testIndexes } from './interrupted.ts'

testIndexes(1)

test.run()
