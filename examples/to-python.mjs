// Encodes the lines of a file for Python: vectors.arrow with the columns text and vector, and vectors.npy.
//   node examples/to-python.mjs [file] [folder]
//   >>> pyarrow.ipc.open_file('vectors.arrow').read_all()      # or polars.read_ipc
//   >>> numpy.load('vectors.npy')                              # float32 [lines, 512]
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import { loadEncoder } from 'vector-mamba'

const [file = new URL('sentences.txt', import.meta.url), folder = '.'] = process.argv.slice(2)
const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')

const encoder = await loadEncoder()
const { vectors } = await encoder.encode(lines)
encoder.dispose()

const table = new Table({ text: vectorFromArray(lines, new Utf8()), vector: await vectors.toArrow() })
await writeFile(join(folder, 'vectors.arrow'), tableToIPC(table, 'file'))
await writeFile(join(folder, 'vectors.npy'), npy(vectors.toFloat32Array(), vectors))
console.log(`${vectors.count} vectors of ${vectors.dims} numbers`)

/** A .npy file: a header of 128 bytes, then the numbers. */
function npy(numbers, { count, dims }) {
  const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${dims}), }`
  const header = Buffer.from(`\x93NUMPY\x01\0..${about.padEnd(117)}\n`, 'latin1')
  header.writeUInt16LE(118, 8)
  return Buffer.concat([header, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)])
}
