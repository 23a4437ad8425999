// Mutates valid and random headers; run with VMM_FUZZ_SECONDS (default 2) and VMM_FUZZ_SEED to repeat a failure.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import { BYTES, byteLength, type FileDtype } from '../../../lib/io/safetensors/dtypes.ts'
import { headerLength, parseSafetensorsHeader } from '../../../lib/io/safetensors/file.ts'

const seconds = Number(process.env.VMM_FUZZ_SECONDS ?? 2)
const seed = Number(process.env.VMM_FUZZ_SEED ?? Date.now() % 2 ** 31)

let state = seed
const random = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * n)
}
const pick = <T>(list: readonly T[]): T => list[random(list.length)]!

const dtypes = Object.keys(BYTES) as FileDtype[]
const pieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '"a"',
  '0',
  '1',
  '-1',
  '1e9',
  '9007199254740992',
  'null',
  ' ',
  '"dtype"',
  '"F32"',
  '"shape"',
  '"data_offsets"',
  '"__metadata__"',
  '[0,4]',
  '\u0000',
  '\ud800',
  'é',
]

/**
 * A header of up to six tensors and the number of data bytes it needs. It is valid but for a few that overlap or
 * share a name, which changes of the text alone would hardly bring about.
 */
function wholeHeader(): { json: string; dataBytes: number } {
  const fields: string[] = []
  let at = 0
  if (random(3) === 0) fields.push('"__metadata__":{"format":"x"}')
  for (let i = random(6); i > 0; i--) {
    const dtype = pick(dtypes)
    const shape = Array.from({ length: random(4) }, () => random(5))
    const begin = random(12) === 0 ? Math.max(0, at - random(5)) : at
    const end = begin + byteLength(dtype, shape)!
    const name = random(12) === 0 ? 't1' : `t${i}`
    fields.push(`"${name}":${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
    at = end
  }
  return { json: `{${fields.join(',')}}${' '.repeat(random(9))}`, dataBytes: at }
}

function mutate(json: string): string {
  for (let n = random(4); n > 0; n--) {
    const at = random(json.length + 1)
    const to = at + random(random(4) === 0 ? 40 : 3)
    json = json.slice(0, at) + (random(2) === 0 ? pick(pieces) : '') + json.slice(to)
  }
  return json
}

function randomHeader(): string {
  return Array.from({ length: random(30) }, () => pick(pieces)).join('')
}

/** One input; returns whether the file was accepted. */
function attempt(): boolean {
  const { json, dataBytes } = wholeHeader()
  const text = random(10) === 0 ? randomHeader() : mutate(json)
  const header = Buffer.from(text)
  if (random(8) === 0 && header.length > 0) header[random(header.length)] = random(256)
  const fileSize = Math.max(
    8 + header.length,
    8 + header.length + dataBytes + (random(4) === 0 ? random(9) - 4 : 0),
  )
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(header.length))
  if (random(8) === 0) prefix[random(8)] = random(256)
  try {
    const length = headerLength(prefix, fileSize, 'fuzz')
    assert.ok(length + 8 <= fileSize)
    const { tensors } = parseSafetensorsHeader(header, fileSize, 'fuzz')
    let end = 8 + header.length
    for (const tensor of tensors) {
      assert.is(tensor.begin, end)
      assert.is(tensor.end - tensor.begin, byteLength(tensor.dtype, tensor.shape))
      end = tensor.end
    }
    assert.is(end, fileSize)
    assert.is(new Set(tensors.map(({ name }) => name)).size, tensors.length)
    JSON.parse(header.toString()) // whatever is accepted is JSON
    return true
  } catch (error) {
    if (error instanceof VmmError && error.code === 'BAD_FILE' && error.message.startsWith('fuzz: '))
      return false
    throw error
  }
}

test(`only typed errors, and accepted headers hold together (seed ${seed})`, () => {
  const stop = performance.now() + 1000 * seconds
  let accepted = 0
  let refused = 0
  while (performance.now() < stop) {
    const before = state
    try {
      if (attempt()) accepted++
      else refused++
    } catch (cause) {
      throw new Error(`repeat with VMM_FUZZ_SEED=${before}`, { cause })
    }
  }
  assert.ok(accepted > 100 && refused > 100, `${accepted} accepted, ${refused} refused`)
})

test.run()
