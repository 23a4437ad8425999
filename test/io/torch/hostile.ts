// Files that must be refused, or do nothing: what is read of them is the names of their tensors.
import type { ErrorCode } from '../../../lib/core/errors.ts'
import { archive, bytes, dict, global, int, long, one, pickle, stream, tensor, text, zip } from './bytes.ts'

export type Hostile = readonly [
  what: string,
  bytes: Uint8Array,
  /** How it is refused, or what is read. */
  expected: readonly [ErrorCode, RegExp] | readonly string[],
]

const bad = (message: RegExp) => ['BAD_FILE', message] as const
const unsupported = (message: RegExp) => ['UNSUPPORTED', message] as const
const data = (lies: { readonly bytes?: number; readonly packed?: number; readonly header?: number }) =>
  zip([
    { name: 'a/data.pkl', data: one(tensor()) },
    { name: 'a/data/0', data: Buffer.alloc(16), ...lies },
  ])

/** Each list holds the one before twice. */
const doubled = bytes(
  ']q\0',
  ...Array.from({ length: 60 }, (_, i) =>
    bytes('](h', Uint8Array.of(i), 'h', Uint8Array.of(i), 'eq', Uint8Array.of(i + 1)),
  ),
)
const doubledDicts = bytes(
  '}q\0',
  ...Array.from({ length: 100 }, (_, i) => {
    const before = Uint8Array.of(i)
    return bytes('}(', text('a'), 'h', before, text('b'), 'h', before, 'uq', Uint8Array.of(i + 1))
  }),
)
const wide = (...numbers: bigint[]): Buffer => {
  const extra = Buffer.alloc(4 + 8 * numbers.length)
  extra.writeUInt16LE(1)
  extra.writeUInt16LE(8 * numbers.length, 2)
  numbers.forEach((n, i) => {
    extra.writeBigUInt64LE(n, 4 + 8 * i)
  })
  return extra
}

const calls: readonly Hostile[] = [
  [
    'os.system',
    archive(pickle(global('posix', 'system'), '(', text('touch x'), 'tR')),
    unsupported(/names "posix\.system"/),
  ],
  [
    'eval in a dict',
    archive(one(bytes(global('builtins', 'eval'), text('1'), '\x85R'))),
    unsupported(/"builtins\.eval"/),
  ],
  ['getattr', archive(pickle(global('builtins', 'getattr'))), unsupported(/"builtins\.getattr"/)],
  [
    'a name that hides another',
    archive(pickle(text('posix'), text('system'), '\x93')),
    unsupported(/"posix\.system"/),
  ],
  ['a global of no names', archive(pickle('NN\x93')), bad(/names no global/)],
  ['a name with marks', archive(pickle(global('\u001b[31m', 'x'))), unsupported(/"\\u001b\[31m\.x"/)],
  ['torch.load', archive(pickle(global('torch', 'load'))), unsupported(/"torch\.load"/)],
  ['torch.nested names', archive(pickle(global('torch.FloatStorage', '__init__'))), unsupported(/__init__/)],
  [
    'a call of a class of storages',
    archive(pickle(global('torch', 'FloatStorage'), ')R')),
    bad(/calls what is no function/),
  ],
  ['a call of a dict', archive(pickle('})R')), bad(/calls what is no function/)],
  [
    'a call without a tuple',
    archive(pickle(global('collections', 'OrderedDict'), 'NR')),
    bad(/without a tuple/),
  ],
  [
    'NEWOBJ of a module',
    archive(pickle(global('torch.nn', 'Linear'), ')\x81')),
    unsupported(/torch\.nn\.Linear/),
  ],
  ['INST', archive(pickle('(iposix\nsystem\n')), unsupported(/opcode INST at byte 3/)],
  ['OBJ', archive(pickle('(', global('torch', 'device'), 'o')), unsupported(/opcode OBJ/)],
  ['EXT1', archive(pickle('\x82\x01')), unsupported(/opcode EXT1/)],
  ['PERSID', archive(pickle('Pstorage\n')), unsupported(/opcode PERSID/)],
  ['NEXT_BUFFER', archive(bytes('\x80\x05\x97.')), unsupported(/opcode NEXT_BUFFER/)],
  ['an unknown opcode', archive(pickle('\xff')), unsupported(/opcode 0xff/)],
  ['protocol 0', archive(bytes("(dp0\nS'a'\np1\nI1\ns.")), bad(/does not begin with its protocol/)],
  ['protocol 9', archive(bytes('\x80\x09N.')), bad(/is of protocol 9/)],
  ['__proto__ as key', archive(pickle(dict(text('__proto__'), dict(text('polluted'), '\x88')))), []],
  ['__proto__ as name', archive(pickle(dict(text('__proto__'), tensor()))), ['__proto__']],
  ['__class__ by BUILD', archive(pickle(dict(text('a'), 'N'), dict(text('__class__'), 'N'), 'b')), []],
  ['attributes of a number', archive(pickle('K\x01}b')), bad(/attributes of what has none/)],
]

const structure: readonly Hostile[] = [
  ['no STOP', archive(bytes('\x80\x02}')), bad(/ends early/)],
  ['an empty pickle', archive(Buffer.alloc(0)), bad(/ends early/)],
  ['a call of nothing', archive(pickle('R')), bad(/takes a value that is not there/)],
  ['two values', archive(pickle('NN')), bad(/ends with 2 values/)],
  ['an open mark', archive(pickle('(')), bad(/ends with an open mark/)],
  ['items without a mark', archive(pickle('}u')), bad(/items without a mark/)],
  ['odd items', archive(pickle('}(', text('a'), 'u')), bad(/key without a value/)],
  ['an empty place of the memo', archive(pickle('h\x07')), bad(/place 7 of its memo/)],
  ['a value below a mark', archive(pickle('N(\x85')), bad(/takes a value that is not there/)],
  ['items of a number', archive(pickle('K\x01(NNu')), bad(/sets items of no dict/)],
  ['APPEND to a dict', archive(pickle('}Na')), bad(/appends to no list/)],
  ['a text longer than the file', archive(bytes('\x80\x02X\xf0\xff\xff\xffab.')), bad(/ends early/)],
  ['a text of negative length', archive(pickle('T\xff\xff\xff\xff')), bad(/ends early/)],
  ['bytes longer than the file', archive(pickle('B\xff\xff\xff\xff')), bad(/ends early/)],
  [
    'an integer of 255 bytes',
    archive(pickle('\x8a\xff', Buffer.alloc(255, 0x7f))),
    bad(/no dict of tensors/),
  ],
  ['a line of a megabyte', archive(pickle(`c${'a'.repeat(1 << 20)}\nb\n`)), bad(/line of more than 1000/)],
  ['a line without an end', archive(bytes('\x80\x02cabc')), bad(/ends early/)],
  [
    '100,000 nested lists',
    archive(pickle(']'.repeat(100_000), 'a'.repeat(99_999))),
    bad(/no dict of tensors/),
  ],
  ['100,000 nested tuples', archive(pickle(')', '\x85'.repeat(100_000))), bad(/no dict of tensors/)],
  ['100,000 marks', archive(pickle('('.repeat(100_000))), bad(/open mark/)],
  ['lists that double', archive(pickle('(', doubled, 't')), bad(/no dict of tensors/)],
  ['POP', archive(pickle('N0')), unsupported(/opcode POP/)],
  [
    'a dict in two places',
    archive(pickle('}(', text('x'), '}q\0(', text('w'), tensor(), 'u', text('y'), 'h\0u')),
    bad(/"y" within itself or in two/),
  ],
  [
    'a dict without tensors in two places',
    archive(pickle('}(', text('x'), '}q\0', text('y'), 'h\0', text('w'), tensor(), 'u')),
    ['w'],
  ],
  [
    'dicts of 15 levels that double',
    archive(pickle('}(', text('all'), '(', doubledDicts, 't', text('d'), 'h\x0f', text('w'), tensor(), 'u')),
    ['w'],
  ],
  [
    'dicts of 100 levels that double',
    archive(pickle('}(', text('all'), '(', doubledDicts, 't', text('d'), 'h\x64u')),
    bad(/more than 20 levels/),
  ],
  ['a dict within itself', archive(pickle('}q\0(', text('a'), 'h\0u')), bad(/"a" within itself/)],
  [
    'dicts of 50 levels',
    archive(pickle(...Array<Buffer>(50).fill(bytes('}', text('a'))), '}', 's'.repeat(50))),
    bad(/more than 20 levels/),
  ],
  ['6 million values', archive(pickle('(', 'N'.repeat(6e6), 't')), bad(/more than 2097152 steps/)],
  ['a million dicts', archive(pickle('(', '}'.repeat(1e6), 't')), bad(/more than 2097152 steps/)],
  [
    'a long text, made into bytes again and again',
    archive(
      pickle(
        ...[text('x'.repeat(1 << 20)), 'q\0', global('_codecs', 'encode'), 'q\x01'],
        ...['(', bytes('h\x01(h\0', text('latin1'), 'tR').toString('latin1').repeat(20_000), 't'],
      ),
    ),
    bad(/ends with 3 values/),
  ],
  [
    'a long name',
    archive(pickle(dict(text('x'.repeat(1 << 20)), '}q\0', text('a'), dict(text('b'), tensor())))),
    bad(/a name of more than 1000 characters/),
  ],
  [
    'a name of two long parts',
    archive(pickle(dict(text('x'.repeat(600)), dict(text('y'.repeat(600)), tensor())))),
    bad(/a name of more than 1000 characters/),
  ],
  [
    'a long key of no tensor',
    archive(pickle(dict(text('x'.repeat(1 << 20)), 'N', text('w'), tensor()))),
    ['w'],
  ],
  ['no dict', archive(pickle(tensor())), bad(/no dict of tensors/)],
]

const tensors: readonly Hostile[] = [
  [
    'a shape beyond the storage',
    archive(one(tensor({ shape: [5] }))),
    bad(/ends at 5 of storage "0", which has 4/),
  ],
  ['an offset beyond it', archive(one(tensor({ offset: 2 }))), bad(/ends at 6/)],
  ['an offset beyond it, of no elements', archive(one(tensor({ offset: 5, shape: [0] }))), bad(/ends at 5/)],
  ['a stride beyond it', archive(one(tensor({ shape: [2], strides: [1_000_000] }))), bad(/ends at 1000001/)],
  ['a negative offset', archive(one(tensor({ offset: -1 }))), bad(/an offset that is no whole number/)],
  ['a negative size', archive(one(tensor({ shape: [-1] }))), bad(/a size that is no whole/)],
  ['a negative stride', archive(one(tensor({ strides: [-1] }))), bad(/a stride that is no whole/)],
  ['an offset beyond 2^53', archive(one(tensor({ offset: 2n ** 60n }))), bad(/an offset that is no whole/)],
  ['ends beyond 2^53', archive(one(tensor({ shape: [2n ** 50n], strides: [2n ** 50n] }))), bad(/ends at/)],
  ['2^50 elements of stride 0', archive(one(tensor({ shape: [2n ** 50n], strides: [0] }))), ['w']],
  [
    'more than 2^53 elements, and none',
    archive(one(tensor({ shape: [2n ** 40n, 2n ** 40n, 0], strides: [0, 0, 0] }))),
    bad(/more than 2\^53 - 1 elements/),
  ],
  ['9 axes', archive(one(tensor({ shape: Array(9).fill(1), strides: Array(9).fill(1) }))), bad(/9 axes/)],
  ['strides of another number', archive(one(tensor({ shape: [2, 2] }))), bad(/2 axes and 1 strides/)],
  [
    'a storage larger than the file has',
    archive(one(tensor({ elements: 1000, shape: [1000] }))),
    bad(/4000 bytes, and the archive has 16/),
  ],
  [
    'a storage of 2^52 elements',
    archive(one(tensor({ elements: 2n ** 52n, shape: [2n ** 52n] }))),
    bad(/the archive has 16/),
  ],
  [
    'a storage that the file has not',
    archive(one(tensor({ key: '7' }))),
    bad(/storage "7", and the archive has none/),
  ],
  ['a storage elsewhere', archive(one(tensor({ key: '../../etc/passwd' }))), bad(/the archive has none/)],
  [
    'elements as a text',
    archive(one(tensor({ elements: text('4') }))),
    bad(/a storage that is no whole number/),
  ],
  [
    'a storage of two types',
    archive(pickle(dict(text('a'), tensor(), text('b'), tensor({ type: 'HalfStorage' })))),
    bad(/storage "0" of two kinds/),
  ],
  ['a storage of no type', archive(one(tensor({ type: 'float32' }))), bad(/persistent id of no storage/)],
  [
    'a storage that is a view',
    archive(one(tensor({ view: text('x') }))),
    unsupported(/storage "0" as a view/),
  ],
  ['a persistent id of no tuple', archive(pickle('NQ')), bad(/of no tuple/)],
  [
    'a name that is there twice, by a dot',
    archive(pickle(dict(text('a.b'), tensor(), text('a'), dict(text('b'), tensor())))),
    bad(/two tensors "a\.b"/),
  ],
  [
    'a parameter of no tensor',
    archive(pickle(global('torch._utils', '_rebuild_parameter'), 'N\x85R')),
    bad(/a parameter of no tensor/),
  ],
  [
    'a tensor without parts',
    archive(pickle(global('torch._utils', '_rebuild_tensor_v2'), ')R')),
    bad(/a tensor of no storage/),
  ],
  [
    'a sparse tensor without parts',
    archive(pickle(global('torch._utils', '_rebuild_sparse_tensor'), ')R')),
    bad(/a size/),
  ],
]

const archives: readonly Hostile[] = [
  ['deflated', archive(one(tensor()), { method: 8 }), unsupported(/"a\/data\.pkl" is compressed/)],
  ['encrypted', archive(one(tensor()), { flags: 1 }), unsupported(/is encrypted/)],
  ['65,535 entries', archive(one(tensor()), { end: { count: 65535 } }), bad(/no locator of zip64/)],
  [
    'more entries than there are',
    archive(one(tensor()), { end: { count: 9 } }),
    bad(/entry 2 of its directory/),
  ],
  [
    'a directory behind the file',
    archive(one(tensor()), { end: { at: 0x7fffffff } }),
    bad(/ends \d+ bytes behind/),
  ],
  [
    'a directory of 4 GB',
    archive(one(tensor()), { end: { length: 0xfffffff0 } }),
    bad(/ends \d+ bytes behind/),
  ],
  ['a storage of 1 GB', data({ bytes: 1 << 30, packed: 1 << 30 }), bad(/ends \d+ bytes behind the file/)],
  ['two sizes', data({ packed: 8 }), bad(/stored in 8 bytes and has 16/)],
  ['a header outside', data({ header: 0x70000000 }), bad(/no header at 1879048192/)],
  ['a header in the data', data({ header: 3 }), bad(/no header at 3/)],
  ['the header of another', data({ header: 0 }), bad(/the header of "a\/data\/0" is another's/)],
  ['a size of 64 bits that is missing', data({ bytes: 0xffffffff }), bad(/entry 1 of its directory/)],
  [
    'a size of 2^60',
    zip([
      { name: 'a/data.pkl', data: one(tensor()) },
      { name: 'a/data/0', data: Buffer.alloc(16), bytes: 0xffffffff, extra: wide(2n ** 60n) },
    ]),
    bad(/entry 1 of its directory/),
  ],
  [
    'two entries of one name',
    archive(one(tensor()), {}, [{ name: 'a/data/0', data: Buffer.alloc(16) }]),
    bad(/two entries "a\/data\/0"/),
  ],
  [
    'two pickles',
    archive(one(tensor()), {}, [{ name: 'b/data.pkl', data: one(tensor()) }]),
    bad(/2 entries data\.pkl/),
  ],
  ['no pickle', zip([{ name: 'a/x', data: Buffer.alloc(1) }]), bad(/0 entries data\.pkl/)],
  [
    'TorchScript',
    archive(one(tensor()), {}, [{ name: 'a/constants.pkl', data: Buffer.alloc(1) }]),
    unsupported(/TorchScript/),
  ],
  [
    'big endian',
    archive(one(tensor()), {}, [{ name: 'a/byteorder', data: Buffer.from('big') }]),
    unsupported(/little-endian/),
  ],
  [
    'a long byte order',
    archive(one(tensor()), {}, [{ name: 'a/byteorder', data: Buffer.alloc(99) }]),
    bad(/at most 16 are read/),
  ],
  ['cut in the middle', archive(one(tensor())).subarray(0, 200), bad(/no directory of a zip archive/)],
  ['bytes behind it', bytes(archive(one(tensor())), 'x'), bad(/no directory of a zip archive/)],
  ['an end alone', bytes('PK\x03\x04', zip([])), bad(/0 entries data\.pkl/)],
  ['safetensors', bytes('\x02\0\0\0\0\0\0\0{}'), bad(/neither a zip archive nor a pickle/)],
  ['no bytes', Buffer.alloc(0), bad(/neither a zip archive nor a pickle/)],
]

const streams: readonly Hostile[] = [
  ['another magic number', stream({ magic: pickle(long(1n)) }), bad(/no magic number of torch\.save/)],
  ['another version', stream({ version: pickle(int(1002)) }), unsupported(/says version 1002; 1001 is read/)],
  ['a version of no number', stream({ version: pickle('}') }), unsupported(/says version \[object Map\]/)],
  ['no machine', stream({ machine: pickle('N') }), unsupported(/little-endian/)],
  [
    'big endian',
    stream({ machine: pickle(dict(text('little_endian'), '\x89')) }),
    unsupported(/little-endian/),
  ],
  [
    'a call in the magic number',
    stream({ magic: pickle(global('posix', 'system')) }),
    unsupported(/posix\.system/),
  ],
  ['no list of storages', stream({ keys: pickle('}') }), bad(/lists no storages/)],
  [
    'storages that are not listed',
    stream({ keys: pickle(']') }),
    bad(/tensor "w" of a storage that it does not list/),
  ],
  [
    'a storage twice',
    stream({ keys: pickle('](', text('0'), text('0'), 'e') }),
    bad(/unknown or listed before/),
  ],
  ['an unknown storage', stream({ keys: pickle('](', text('1'), 'e') }), bad(/unknown or listed before/)],
  ['a storage of no key', stream({ keys: pickle(']Na') }), bad(/unknown or listed before/)],
  [
    'another number of elements',
    stream({ storages: Buffer.alloc(24) }),
    bad(/of 4 elements, and the file has 0/),
  ],
  [
    'a storage that is cut',
    stream({ storages: bytes('\x04\0\0\0\0\0\0\0', Buffer.alloc(15)) }),
    bad(/1 bytes behind the file/),
  ],
  ['no storages', stream({ storages: Buffer.alloc(0) }), bad(/and the file has none/)],
  [
    'a storage of 2^52 elements',
    stream({
      object: one(tensor({ elements: 2n ** 52n })),
      storages: bytes('\0\0\0\0\0\0\x10\0', Buffer.alloc(16)),
    }),
    bad(/bytes behind the file/),
  ],
  [
    'a storage of a type without a size',
    stream({ object: one(tensor({ type: 'QInt8Storage' })) }),
    unsupported(/storage "0" of QI8/),
  ],
]

export const hostile: readonly Hostile[] = [...calls, ...structure, ...tensors, ...archives, ...streams]
