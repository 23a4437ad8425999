// Memory under long use; soak.deep.ts has more of it.
import { test } from 'uvu'
import { assertFlat, residentBytes } from './resident_bytes.ts'

test('1,000 encode calls of random length leave resident memory flat', () => {
  assertFlat(residentBytes('encode', 1000))
})

test('four workers terminated in the middle of a run, 20 times: no crash, no leak', () => {
  assertFlat(residentBytes('terminate', 20))
})

test.run()
