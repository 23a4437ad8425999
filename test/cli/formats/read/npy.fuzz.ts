import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { npyDictionary, npyHeader } from '../../../../lib/io/npy.ts'
import { fuzz } from '../../../support/fuzz/fuzz.ts'
import { allVectors } from './all_vectors.ts'

const DIMS = 4
const ROWS = 5
const NAME = 'x.npy'

function npy(version: number, dictionary: string, numbers: Float32Array | Float64Array): Uint8Array {
  const prefix = Buffer.from(
    version === 1 ? '\x93NUMPY\x01\x00..' : `\x93NUMPY${String.fromCharCode(version)}\x00....`,
    'latin1',
  )
  if (version === 1) prefix.writeUInt16LE(dictionary.length, 8)
  else prefix.writeUInt32LE(dictionary.length, 8)
  return Buffer.concat([prefix, Buffer.from(dictionary, 'latin1'), new Uint8Array(numbers.buffer)])
}

const values = Array.from({ length: ROWS * DIMS }, (_, i) => i / 4)
const shape = `'fortran_order': False, 'shape': (${ROWS}, ${DIMS}), }\n`

await fuzz(import.meta.url, {
  'NumPy arrays': {
    seeds: () =>
      [
        Buffer.concat([npyHeader(ROWS, DIMS), new Uint8Array(Float32Array.from(values).buffer)]),
        npy(2, `{'descr': '<f8', ${shape}`, Float64Array.from(values)),
        npy(3, `{'descr': '<f4', ${shape}`, Float32Array.from(values)),
      ].map((bytes) => ({ [NAME]: bytes })),
    layout: (bytes) => {
      const { begin, length } = npyDictionary(bytes) ?? { begin: 10, length: 0 }
      return {
        fields: [{ begin: 0, end: begin }],
        texts: [{ begin, end: begin + length, length: { at: 8, bytes: begin - 8 } }],
      }
    },
    read: async (folder, files) => {
      const found = await allVectors('npy', join(folder, NAME), 'file', DIMS)
      const bytes = files[NAME]!
      const { begin, length } = npyDictionary(bytes)!
      // What follows the header is all vectors, or it would have been refused.
      const data = bytes.slice(begin + length).buffer
      const numbers = Buffer.from(bytes).includes('<f8')
        ? Float32Array.from(new Float64Array(data))
        : new Float32Array(data)
      assert.equal(Buffer.from(found.numbers.buffer), Buffer.from(numbers.buffer))
      assert.is(found.texts.length, numbers.length / DIMS)
    },
  },
})
