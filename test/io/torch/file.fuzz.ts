import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { readTorchFile } from '../../../lib/io/torch/file.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allFields } from '../../support/fuzz/mutations.ts'
import { pick, type Random } from '../../support/fuzz/random.ts'
import type { FuzzTarget } from '../../support/fuzz/target.ts'
import {
  archive,
  bytes,
  dict,
  global,
  int,
  long,
  one,
  type Part,
  pickle,
  stream,
  tensor,
  text,
} from './bytes.ts'
import { valuesAt } from './values_at.ts'

const NAME = 'x.pt'
const golden = (name: string) => readFileSync(fileURLToPath(new URL(`goldens/${name}.pt`, import.meta.url)))

/** A value, and now and then an opcode that has no place there. */
function value(random: Random, depth = 0): Part {
  const size = () => pick([0, 1, 2, 3, 4, 5, -1, 2 ** 31 - 1, 2n ** 50n], random)
  const inner = () => value(random, depth + 1)
  const key = () => text(pick(['a', 'b', 'a.b', '__proto__', 'weight'], random))
  switch (random(depth > 3 ? 7 : 13)) {
    case 0:
      return 'N'
    case 1:
      return int(random(9))
    case 2:
      return long(BigInt(random(9)) << BigInt(random(60)))
    case 3:
      return key()
    case 4:
      return tensor()
    case 5: {
      const axes = random(3)
      return tensor({
        offset: pick([0, 0, 0, 1, 4, 5], random),
        shape: Array.from({ length: axes }, size),
        strides: Array.from({ length: axes }, size),
        key: pick(['0', '0', '0', '1', '../x'], random),
        type: pick(['FloatStorage', 'FloatStorage', 'HalfStorage', 'QInt8Storage', 'float32'], random),
      })
    }
    case 6:
      return pick(
        ['(', 'h\0', 'q\0', 'b', 'R', 'Q', ')', '\x85', 'e', 'u', 'a', '\x93', '0', 'c', 'X', '\x8f\x94'],
        random,
      )
    case 7:
      return bytes('(', inner(), inner(), 't')
    case 8:
      return bytes('](', inner(), inner(), 'e')
    case 9: {
      const names = [global('collections', 'OrderedDict'), global('torch', 'Size'), global('os', 'system')]
      return bytes(pick(names, random), ')R')
    }
    default:
      return dict(key(), inner(), key(), inner())
  }
}

const object = (random: Random): Buffer =>
  random(4) === 0 ? pickle(value(random)) : one(random(3) === 0 ? tensor() : value(random))

const target: Omit<FuzzTarget, 'seeds'> = {
  layout: allFields,
  codes: ['BAD_FILE', 'UNSUPPORTED'],
  read: async (folder, files, good) => {
    const all = Buffer.from(files[NAME]!)
    const found = await readTorchFile(join(folder, NAME))
    assert.is(new Set(found.map(({ name }) => name)).size, found.length)
    // What can be read lies in the file, however often its elements are repeated.
    for (const tensor of found) if (tensor.place) valuesAt(all, tensor)
    if (files === good) assert.ok(found.length > 0)
    assert.is(({} as { x?: unknown }).x, undefined)
  },
}

await fuzz(import.meta.url, {
  'archives of torch.save': {
    ...target,
    seeds: () =>
      ['state', 'nested', 'protocol4', 'unreadable', 'zip64'].map((name) => ({ [NAME]: golden(name) })),
    make: (random) => ({ [NAME]: archive(object(random)) }),
  },
  'older files of torch.save': {
    ...target,
    seeds: () => [{ [NAME]: golden('older') }],
    make: (random) => ({ [NAME]: stream({ object: object(random) }) }),
  },
})
