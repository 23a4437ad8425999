// Every file operation of saving a bundle is the last one before a kill, and the one for which there is no room.
import { test } from 'uvu'
import { testBundles } from './interrupted.ts'

testBundles(1)

test.run()
