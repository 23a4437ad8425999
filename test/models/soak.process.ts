// Memory under long use; soak.deep.ts has more of it.
import { test } from 'uvu'
import { assertFlat, residentBytes } from './resident_bytes.ts'

test('2,500 encode calls of random length leave resident memory flat', () => {
  assertFlat(residentBytes('encode', 2500))
})

test('four workers terminated in the middle of a run, 50 times: no crash, no leak', () => {
  assertFlat(residentBytes('terminate', 50))
})

test.run()
