import { VmmError } from '../../../core/errors.ts'
import { trustedVectors } from '../../../core/vectors.ts'
import { bytesOf, type FillBytes } from '../../../io/bytes.ts'
import { NPY_PREFIX, type NpyArray, npyDictionary, parseNpyDictionary } from '../../../io/npy.ts'
import { BLOCK, checkDims, type VectorBlock, type VectorInput } from './block.ts'

/** Bytes of a header at most: more than any array needs. */
const MOST_HEADER = 1 << 20

/** A NumPy array [vectors, dims] of f32 or f64, little-endian and row after row. */
export async function* readNpy(from: VectorInput): AsyncGenerator<VectorBlock> {
  const { input, name, space, dims } = from
  const fill = bytesOf(input, name)
  const { descr, fortranOrder, shape } = await readHeader(fill, name)
  if (descr !== '<f4' && descr !== '<f8')
    throw bad(name, `elements '${descr}'; expected '<f4' or '<f8', little-endian f32 or f64`)
  if (fortranOrder) throw bad(name, 'column after column; expected C order, row after row')
  if (shape.length !== 2)
    throw bad(name, `an array of shape (${shape.join(', ')}); expected (vectors, ${dims})`)
  const [total, columns] = shape as [number, number]
  checkDims(columns, from)
  for (let first = 0; first < total; first += BLOCK) {
    const rows = Math.min(BLOCK, total - first)
    const numbers = descr === '<f4' ? new Float32Array(rows * dims) : new Float64Array(rows * dims)
    const bytes = new Uint8Array(numbers.buffer)
    const there = await fill(bytes)
    if (there < bytes.length) {
      const whole = first + Math.floor((there / bytes.length) * rows)
      throw bad(name, `it ends after ${whole} of ${total} vectors`)
    }
    const block = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
    yield { vectors: trustedVectors([block], dims, space), texts: Array<null>(rows).fill(null), total }
  }
  if ((await fill(new Uint8Array(1))) > 0) throw bad(name, `it goes on after ${total} vectors`)
}

async function readHeader(fill: FillBytes, name: string): Promise<NpyArray> {
  const start = new Uint8Array(NPY_PREFIX[2])
  // No header is so short that this reads beyond it.
  const there = await fill(start)
  const dictionary = there === start.length ? npyDictionary(start) : null
  if (dictionary === null) throw bad(name, 'not a .npy file of version 1, 2 or 3')
  const { begin, length } = dictionary
  if (length > MOST_HEADER || length < start.length - begin) throw bad(name, `a header of ${length} bytes`)
  const text = new Uint8Array(length)
  text.set(start.subarray(begin))
  const rest = text.subarray(start.length - begin)
  const header = (await fill(rest)) === rest.length ? parseNpyDictionary(Buffer.from(text).toString()) : null
  if (header === null) throw bad(name, 'a header that does not say descr, fortran_order and shape')
  return header
}

function bad(name: string, problem: string): VmmError {
  return new VmmError('BAD_FILE', `${name}: ${problem}`)
}
