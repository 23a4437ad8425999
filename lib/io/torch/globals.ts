/** Classes of storages that torch names in pickles, and the type of their elements. */
const storages: Readonly<Record<string, string>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
  ComplexFloatStorage: 'C64',
  ComplexDoubleStorage: 'C128',
  QInt8Storage: 'QI8',
  QUInt8Storage: 'QU8',
  QInt32Storage: 'QI32',
  QUInt4x2Storage: 'QU4x2',
  QUInt2x4Storage: 'QU2x4',
}

const dtypes: Readonly<Record<string, string>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  float64: 'F64',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  complex32: 'C32',
  complex64: 'C64',
  complex128: 'C128',
  float8_e4m3fn: 'F8_E4M3',
  float8_e5m2: 'F8_E5M2',
  float8_e4m3fnuz: 'F8_E4M3FNUZ',
  float8_e5m2fnuz: 'F8_E5M2FNUZ',
  float8_e8m0fnu: 'F8_E8M0',
}

const prefixed = (table: Readonly<Record<string, string>>) =>
  new Map(Object.entries(table).map(([name, dtype]) => [`torch.${name}`, dtype]))

/** The type of a storage's elements, by the whole name of its class. One that has no type counts bytes. */
export const storageDtypes: ReadonlyMap<string, string> = new Map([
  ...prefixed(storages),
  ['torch.storage.UntypedStorage', 'U8'],
])

/** Types of tensors by their whole names. */
export const tensorDtypes: ReadonlyMap<string, string> = prefixed(dtypes)

/** What is named beside tensors and only passed on. */
export const passedOn: ReadonlySet<string> = new Set([
  'torch.per_tensor_affine',
  'torch.per_channel_affine',
  'torch.per_channel_affine_float_qparams',
])
