import { VmmError } from '../../../../core/errors.ts'
import { checkLength } from '../bounds.ts'
import { type Field, placeOf, textOf, wrong } from '../fields.ts'
import type { Normalizer } from '../parts.ts'
import { UNCHANGED } from './by_stretches.ts'
import { eachCluster } from './graphemes.ts'

/** UTF-8 bytes of a cluster that is looked up as a whole: fewer than so many. */
const CLUSTER_BYTES = 6
/** Clusters that are remembered. */
const MOST_KNOWN = 1 << 14

/**
 * The character map that SentencePiece compiles into a model: a double array over UTF-8 bytes, and the texts that its
 * entries become. Equal to what the Rust crate makes of it: clusters of fewer than 6 bytes are looked up as a whole,
 * all else by character, and the shortest known prefix counts.
 *
 * @param field base64; '' maps nothing
 * @throws VmmError BAD_FILE for what is no such map
 */
export function charsmapOf(field: Field): Normalizer {
  const base64 = textOf(field, '')
  if (base64 === '') return UNCHANGED
  const bytes = Buffer.from(base64, 'base64')
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(0)
  if (size === 0 || size % 4 !== 0 || 4 + size > bytes.length)
    throw broken(field, `a double array of ${size} bytes in ${bytes.length}`)
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i))
  const texts = bytes.subarray(4 + size)
  if (texts.length > 0 && texts.at(-1) !== 0) throw broken(field, 'texts that do not end')
  // Units of values have the highest bit; where they lead is checked here, so that no lookup can fail.
  for (const unit of units)
    if (unit >>> 31 === 1 && (unit & 0x7fffffff) >= texts.length)
      throw broken(field, `an entry at ${unit & 0x7fffffff} of ${texts.length} bytes`)

  const find = (chunk: Buffer): string | null => {
    let at = offsetOf(units[0]!)
    for (const byte of chunk) {
      if (byte === 0) return null
      at = (at ^ byte) >>> 0
      const unit = units[at]
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return null
      at = (at ^ offsetOf(unit)) >>> 0
      if (((unit >>> 8) & 1) === 0) continue
      const value = units[at]
      if (value === undefined || value >>> 31 === 0) return null
      const from = value & 0x7fffffff
      return texts.toString('utf8', from, texts.indexOf(0, from))
    }
    return null
  }
  const known = new Map<string, string | null>()
  const lookUp = (chunk: string): string | null => {
    let mapped = known.get(chunk)
    if (mapped === undefined) {
      if (known.size >= MOST_KNOWN) known.clear()
      mapped = find(Buffer.from(chunk))
      known.set(chunk, mapped)
    }
    return mapped
  }
  const ascii = Array.from({ length: 0x80 }, (_, unit) => find(Buffer.from([unit])))

  const map = (text: string, argument: string, mapping: Mapping, to: number): void => {
    let { out, from } = mapping
    const put = (mapped: string, begin: number, end: number) => {
      out += text.slice(from, begin) + mapped
      from = end
      checkLength(out.length, argument)
    }
    const characters = (begin: number, end: number) => {
      for (let at = begin; at < end; ) {
        const point = text.codePointAt(at)!
        const next = at + (point > 0xffff ? 2 : 1)
        const mapped = point < 0x80 ? ascii[point]! : lookUp(text.slice(at, next))
        if (mapped !== null) put(mapped, at, next)
        at = next
      }
    }
    mapping.at = eachCluster(
      text,
      (begin, end, isCluster) => {
        if (isCluster && end - begin < CLUSTER_BYTES) {
          const cluster = text.slice(begin, end)
          const mapped = Buffer.byteLength(cluster) < CLUSTER_BYTES ? lookUp(cluster) : null
          if (mapped !== null) return put(mapped, begin, end)
        }
        characters(begin, end)
      },
      mapping.at,
      to,
    )
    mapping.out = out
    mapping.from = from
  }
  const resultOf = (text: string, { out, from }: Mapping) => (from === 0 ? text : out + text.slice(from))
  return {
    whole(text, argument) {
      const mapping = { at: 0, from: 0, out: '' }
      map(text, argument, mapping, text.length)
      return resultOf(text, mapping)
    },
    *inSteps(text, argument, units) {
      const mapping = { at: 0, from: 0, out: '' }
      while (mapping.at < text.length) {
        const { at } = mapping
        map(text, argument, mapping, at + units)
        yield mapping.at - at
      }
      return resultOf(text, mapping)
    },
  }
}

/** How far a text is mapped: where it is read on, and what is made of it up to where nothing was mapped since. */
interface Mapping {
  at: number
  from: number
  out: string
}

/** Where a unit of the double array leads, of the form that darts-clone writes. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}

function broken(field: Field, found: string): VmmError {
  if (typeof field.value !== 'string') return wrong(field, 'base64')
  return new VmmError('BAD_FILE', `${placeOf(field)}: no compiled character map: it has ${found}`)
}
