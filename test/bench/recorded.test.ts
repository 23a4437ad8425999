// Limits that were recorded count on the kind of processor that they were measured on, and nowhere else.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { boundOf, type Limits, requireOwnLimits, usedLimits } from '../../bench/limits.ts'
import type { Machine } from '../../bench/machine.ts'
import { readRecorded, recordedFor, whyNotRecorded, withMeasured } from '../../bench/recorded.ts'
import { formatLimits } from '../../bench/report.ts'
import type { Row } from '../../bench/row.ts'

const KIND = 'AuthenticAMD family 26 model 2 stepping 1'
const machine: Machine = {
  cpu: 'AMD EPYC',
  processor: KIND,
  cores: 2,
  threads: 2,
  arch: 'x64',
  instructionSets: ['baseline'],
}
const limits = (f32: number): Limits => ({ f32, bf16: 2 * f32, int8: 0, exp: 10, memory: 40 })
const recorded = withMeasured([], machine, 2, limits(500))
const row = { name: 'x', unit: 'GFLOP/s', amount: 1e9, work: { flops: 1e9 } } as unknown as Row

test('the same kind, cores and threads are found; the same name on another processor is not', () => {
  assert.is(recordedFor(recorded, machine, 2)?.limits.f32, 500)
  for (const other of [
    { ...machine, processor: 'AuthenticAMD family 25 model 17 stepping 1' },
    { ...machine, processor: 'AuthenticAMD family 26 model 2 stepping 0' },
    { ...machine, processor: null },
    { ...machine, cpu: 'AMD EPYC 9555' },
    { ...machine, cores: 4 },
  ])
    assert.is(recordedFor(recorded, other, 2), null)
  assert.is(recordedFor(recorded, machine, 1), null)
})

test('the higher limit counts, where one is recorded', () => {
  const known = usedLimits(limits(300), recordedFor(recorded, machine, 2))
  assert.equal([known.used.f32, known.recordedOn], [500, KIND])
  assert.is(boundOf(row, known.used)?.seconds, 1 / 500)
  const unknown = usedLimits(limits(300), recordedFor(recorded, { ...machine, processor: null }, 2))
  assert.equal([unknown.used.f32, unknown.recordedOn], [300, null])
  assert.is(boundOf(row, unknown.used)?.seconds, 1 / 300)
  assert.is(boundOf(row, limits(0)), null, 'no limit, no share')
})

test('what is recorded only rises, and each kind has its own', () => {
  const higher = withMeasured(recorded, machine, 2, limits(600))
  assert.is(recordedFor(higher, machine, 2)?.limits.f32, 600)
  assert.is(recordedFor(withMeasured(higher, machine, 2, limits(100)), machine, 2)?.limits.f32, 600)
  const other = { ...machine, processor: 'GenuineIntel family 6 model 143 stepping 8' }
  const both = withMeasured(higher, other, 2, limits(200))
  assert.equal(
    [machine, other].map((m) => recordedFor(both, m, 2)?.limits.f32),
    [600, 200],
  )
  assert.equal(withMeasured(recorded, { ...machine, processor: null }, 2, limits(900)), recorded)
})

test('what is asked to be recorded and cannot be is told with the reason', () => {
  assert.is(whyNotRecorded(machine, limits(300)), null)
  assert.is(whyNotRecorded(machine, null), 'Nothing is recorded: the limits cannot be measured.')
  assert.is(
    whyNotRecorded({ ...machine, processor: null }, limits(300)),
    'Nothing is recorded: this processor does not tell its kind.',
  )
})

test('the report says where limits are from, or that nothing is recorded', () => {
  assert.match(formatLimits(usedLimits(limits(300), recorded[0]!), KIND), new RegExp(`recorded for ${KIND}`))
  assert.match(
    formatLimits(usedLimits(limits(300), null), KIND),
    new RegExp(`Nothing is recorded for ${KIND}`),
  )
  assert.match(formatLimits(usedLimits(limits(300), null), null), /Nothing is recorded for this processor/)
})

test('shares of another processor are refused', () => {
  const used = usedLimits(limits(300), recorded[0]!)
  requireOwnLimits(used, KIND)
  requireOwnLimits(usedLimits(limits(300), null), null)
  for (const other of ['GenuineIntel family 6 model 143 stepping 8', null])
    assert.throws(() => requireOwnLimits(used, other), /the limit f32, 500, was recorded on AuthenticAMD/)
  assert.throws(() => requireOwnLimits({ ...used, recordedOn: null }, null), /an unknown processor/)
})

test('all that is recorded here names its processor', () => {
  for (const { processor, cpu, cores, threads } of readRecorded()) {
    assert.match(processor, /\d/)
    assert.ok(cpu !== '' && cores > 0 && threads > 0)
  }
})

test.run()
