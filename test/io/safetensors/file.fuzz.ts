import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { BYTES, byteLength, type FileDtype } from '../../../lib/io/safetensors/dtypes.ts'
import { readForeignHeader, readSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'
import { notFinite } from '../../../lib/io/safetensors/finite.ts'
import { readShards } from '../../../lib/io/safetensors/shards.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allText, changedText } from '../../support/fuzz/mutations.ts'
import { pick, type Random } from '../../support/fuzz/random.ts'
import { safetensorsBytes, safetensorsLayout } from '../../support/fuzz/safetensors.ts'

const NAME = 'x.safetensors'
const INDEX = 'x.safetensors.index.json'
const dtypes = Object.keys(BYTES) as FileDtype[]

/**
 * A header of up to six tensors and the number of data bytes it needs. It is valid but for a few that overlap or
 * share a name, which changes of the text alone would hardly bring about.
 */
function wholeHeader(random: Random): { json: string; dataBytes: number } {
  const fields: string[] = []
  let at = 0
  if (random(3) === 0) fields.push('"__metadata__":{"format":"x"}')
  for (let i = random(6); i > 0; i--) {
    const dtype = pick(dtypes, random)
    const shape = Array.from({ length: random(4) }, () => random(5))
    const begin = random(12) === 0 ? Math.max(0, at - random(5)) : at
    const end = begin + byteLength(dtype, shape)!
    const name = random(12) === 0 ? 't1' : `t${i}`
    fields.push(`"${name}":${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
    at = end
  }
  return { json: `{${fields.join(',')}}${' '.repeat(random(9))}`, dataBytes: at }
}

const numbers = Float32Array.from({ length: 6 }, (_, i) => i)

await fuzz(import.meta.url, {
  'safetensors files': {
    seeds: () => [
      { [NAME]: safetensorsBytes({ a: [[2, 3], numbers], 'b "é"': [[6], numbers] }, { format: 'vmm' }) },
      { [NAME]: safetensorsBytes({}, {}) },
    ],
    layout: safetensorsLayout,
    make: (random) => {
      const { json, dataBytes } = wholeHeader(random)
      const header = Buffer.from(random(2) === 0 ? json : changedText(json, random))
      const prefix = Buffer.alloc(8)
      prefix.writeBigUInt64LE(BigInt(header.length))
      const surplus = random(4) === 0 ? random(9) - 4 : 0
      return { [NAME]: Buffer.concat([prefix, header, Buffer.alloc(Math.max(0, dataBytes + surplus))]) }
    },
    read: async (folder, files) => {
      const path = join(folder, NAME)
      const foreign = await readForeignHeader(path)
      const { tensors } = await readSafetensorsHeader(path)
      assert.equal(foreign.tensors, tensors)
      const bytes = Buffer.from(files[NAME]!)
      const length = Number(bytes.readBigUInt64LE(0))
      let end = 8 + length
      for (const tensor of tensors) {
        assert.is(tensor.begin, end)
        assert.is(tensor.end - tensor.begin, byteLength(tensor.dtype, tensor.shape))
        end = tensor.end
      }
      assert.is(end, bytes.length)
      // Whatever is accepted is JSON, of which no tensor was missed.
      const json = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as object
      const names = Object.keys(json).filter((name) => name !== '__metadata__')
      assert.equal(tensors.map(({ name }) => name).sort(), names.sort())
      const bad = await notFinite(path)
      assert.ok(bad === null || names.includes(bad))
    },
  },
  'indexes of shards': {
    seeds: () => [
      {
        [INDEX]: Buffer.from(
          '{"metadata":{"total_size":8},"weight_map":{"a.weight":"x-1.safetensors","b":"x-2.safetensors"}}',
        ),
      },
    ],
    layout: allText,
    read: async (folder) => {
      for (const [, path] of await readShards(join(folder, INDEX))) assert.is(dirname(path), folder)
    },
  },
})
