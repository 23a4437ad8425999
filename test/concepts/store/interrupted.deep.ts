// Every file operation of encoding concepts is the last one before a kill, and the one for which there is no room.
import { test } from 'uvu'
import { testBuilds } from './interrupted.ts'

testBuilds(1)

test.run()
