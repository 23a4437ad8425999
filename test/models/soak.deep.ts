import { test } from 'uvu'
import { assertFlat, residentBytes } from './resident_bytes.ts'

test('10,000 encode calls of random length leave resident memory flat', () => {
  assertFlat(residentBytes('encode', 10_000))
})

test('four workers terminated in the middle of a run, 50 times: no crash, no leak', () => {
  assertFlat(residentBytes('terminate', 50))
})

test.run()
