// Writes a program for each op, from its first sample, as seeds for the program fuzzer.
//   node --import tsx scripts/write-program-seeds.ts <folder>
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '../lib/graph/encode.ts'
import { chosenOps, traceSample } from '../test/support/op_cases.ts'

const folder = process.argv[2]!
mkdirSync(folder, { recursive: true })
for (const op of chosenOps()) {
  const [sample] = op.definition.samples
  if (sample) writeFileSync(join(folder, `${op.name}.program`), encode(traceSample(op, sample)).bytes)
}
