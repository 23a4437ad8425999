import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { kindOfCpuInfo, kindOfSysctl, processorKind } from '../../bench/processor.ts'

const core = (fields: Readonly<Record<string, string | number>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}\t: ${value}`)
    .join('\n')
const cpuInfo = (...cores: Readonly<Record<string, string | number>>[]) =>
  `${cores.map(core).join('\n\n')}\n\n`
const epyc = (family: number, model: number, stepping: number, processor = 0) => ({
  processor,
  vendor_id: 'AuthenticAMD',
  'cpu family': family,
  model,
  'model name': 'AMD EPYC',
  stepping,
})

test('processors of one name are told apart by family, model and stepping', () => {
  const kinds = [epyc(26, 2, 1), epyc(25, 17, 1), epyc(26, 17, 1), epyc(26, 2, 0)].map((cpu) =>
    kindOfCpuInfo(cpuInfo(cpu, { ...cpu, processor: 1 })),
  )
  assert.is(kinds[0], 'AuthenticAMD family 26 model 2 stepping 1')
  assert.is(new Set(kinds).size, 4)
})

test('Arm cores are known by their parts; where they differ, by all of them', () => {
  const arm = (part: string, processor: number) => ({
    processor,
    BogoMIPS: '243.75',
    'CPU implementer': '0x41',
    'CPU architecture': 8,
    'CPU variant': '0x3',
    'CPU part': part,
    'CPU revision': 1,
  })
  const one = 'implementer 0x41 part 0xd0c variant 0x3 revision 1'
  const other = 'implementer 0x41 part 0xd05 variant 0x3 revision 1'
  assert.is(kindOfCpuInfo(cpuInfo(arm('0xd0c', 0), arm('0xd0c', 1))), one)
  assert.is(kindOfCpuInfo(cpuInfo(arm('0xd0c', 0), arm('0xd05', 1))), `${other} + ${one}`)
})

test('macOS: Intel as above, Apple Silicon by the family of the chip', () => {
  const intel = [
    'hw.cpufamily: 260141638',
    'machdep.cpu.vendor: GenuineIntel',
    'machdep.cpu.family: 6',
    'machdep.cpu.model: 158',
    'machdep.cpu.stepping: 10',
  ]
  assert.is(kindOfSysctl(intel.join('\n')), 'GenuineIntel family 6 model 158 stepping 10')
  const apple = ['hw.cpufamily: 458787763', 'hw.cpusubfamily: 2', 'machdep.cpu.brand_string: Apple M1']
  assert.is(kindOfSysctl(apple.join('\n')), 'Apple family 458787763 subfamily 2')
})

test('a system that does not tell has no kind', () => {
  for (const text of ['', 'processor\t: 0\nmodel name\t: AMD EPYC\n', 'Hardware\t: BCM2835\n'])
    assert.is(kindOfCpuInfo(text), null)
  assert.is(kindOfSysctl('hw.ncpu: 8'), null)
  const kind = processorKind()
  assert.ok(kind === null || /\d/.test(kind))
})

test.run()
