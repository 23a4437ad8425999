import { elementBytes, productUpTo } from '../safetensors/dtypes.ts'
import { type Fail, failing, quoted } from './fail.ts'
import { passedOn, storageDtypes, tensorDtypes } from './globals.ts'
import type { Constructors } from './pickle.ts'
import { inert, isDict, isKind, type PickleValue, type StoredTensor, type TorchStorage } from './values.ts'

const MOST_AXES = 8
/** Elements of a tensor that has more of them than its storage: a tensor of stride 0 could claim any number. */
const MOST_REPEATED = 2 ** 16

type Call = (args: readonly PickleValue[], fail: Fail) => PickleValue

/** All that a pickle may call. */
const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  [
    'collections.OrderedDict',
    (args, fail) => (args.length === 0 ? new Map() : fail('fills an OrderedDict by a call', 'UNSUPPORTED')),
  ],
  ['torch._utils._rebuild_tensor_v2', tensor],
  ['torch._utils._rebuild_tensor_v3', tensorOfType],
  ['torch._utils._rebuild_parameter', parameter],
  ['torch._utils._rebuild_parameter_with_state', parameter],
  [
    'torch._utils._rebuild_qtensor',
    ([storage, , shape], fail) =>
      unreadable('quantised', isKind(storage, 'storage') ? storage.dtype : '', shape, fail),
  ],
  ['torch._utils._rebuild_sparse_tensor', sparse],
  [
    'torch._utils._rebuild_meta_tensor_no_storage',
    ([dtype, shape], fail) => unreadable('meta', dtypeOf(dtype) ?? '', shape, fail),
  ],
  ['torch.serialization._get_layout', () => inert],
  ['torch.device', () => inert],
  ['torch.Size', ([sizes], fail) => (isKind(sizes, 'tuple') ? sizes : fail('has a torch.Size of no tuple'))],
  ['__builtin__.set', () => inert],
  ['builtins.set', () => inert],
  ['__builtin__.frozenset', () => inert],
  ['builtins.frozenset', () => inert],
  ['_codecs.encode', () => inert],
])

/**
 * What pickles of torch.save may name and call: dicts and tensors. The tensors of other kinds (quantised, sparse,
 * without data) become ones that cannot be read. What they all say of themselves is checked here, against the sizes
 * that storages claim; whether the file has these is for its reader to check.
 *
 * @param path for messages
 * @returns `storages`: those that the pickle has named so far, by their keys
 */
export function torchConstructors(
  path: string,
): Constructors & { readonly storages: ReadonlyMap<string, TorchStorage> } {
  const fail = failing(path)
  const storages = new Map<string, TorchStorage>()
  return {
    storages,
    named: (name) => {
      if (!calls.has(name) && !storageDtypes.has(name) && !tensorDtypes.has(name) && !passedOn.has(name))
        fail(`names ${quoted(name)}, and only what state dicts are made of is read`, 'UNSUPPORTED')
      return { kind: 'global', name }
    },
    call: (callee, args) => {
      const found = isKind(callee, 'global') ? calls.get(callee.name) : undefined
      return found ? found(args, fail) : fail('calls what is no function')
    },
    persistent: ([what, type, key, , elements, view]) => {
      const dtype = isKind(type, 'global') ? storageDtypes.get(type.name) : undefined
      if (what !== 'storage' || dtype === undefined || typeof key !== 'string')
        return fail('has a persistent id of no storage')
      if (view !== undefined && view !== null) fail(`has storage ${quoted(key)} as a view`, 'UNSUPPORTED')
      const storage = storages.get(key) ?? {
        kind: 'storage',
        key,
        dtype,
        elements: whole(elements, 'a storage', fail),
      }
      if (storage.dtype !== dtype || storage.elements !== elements)
        fail(`has storage ${quoted(key)} of two kinds`)
      storages.set(key, storage)
      return storage
    },
  }
}

/** (storage, offset, shape, strides, requires_grad, hooks, flags?): the storage has the type. */
function tensor(args: readonly PickleValue[], fail: Fail): StoredTensor {
  const [storage, , , , , , flags] = args
  if (!isKind(storage, 'storage')) return fail('has a tensor of no storage')
  return placed(args, storage, storage.dtype, flags, fail)
}

/** (storage, offset, shape, strides, requires_grad, hooks, dtype, flags?): the storage counts bytes. */
function tensorOfType(args: readonly PickleValue[], fail: Fail): StoredTensor {
  const [storage, , , , , , type, flags] = args
  const dtype = dtypeOf(type)
  if (!isKind(storage, 'storage') || storage.dtype !== 'U8') return fail('has a tensor of no bytes')
  if (dtype === undefined) return fail('has a tensor of no type')
  return placed(args, storage, dtype, flags, fail)
}

function placed(
  [, first, sizes, steps]: readonly PickleValue[],
  storage: TorchStorage,
  dtype: string,
  flags: PickleValue | undefined,
  fail: Fail,
): StoredTensor {
  const shape = wholes(sizes, 'a size', fail)
  const strides = wholes(steps, 'a stride', fail)
  const offset = whole(first, 'an offset', fail)
  if (strides.length !== shape.length)
    fail(`has a tensor of ${shape.length} axes and ${strides.length} strides`)
  const count = counted(shape, fail)
  const width = elementBytes(dtype)
  // Marks of tensors whose numbers are others than those that are stored.
  const marks = isDict(flags) ? [...flags].flatMap(([name, on]) => (on === true ? [String(name)] : [])) : []
  if (width === null || marks.length > 0)
    return { kind: 'tensor', dtype: [...marks, dtype].join(' '), shape, place: null }
  const room = storage.dtype === dtype ? storage.elements : Math.floor(storage.elements / width)
  const last = count === 0 ? offset - 1 : shape.reduce((at, size, i) => at + (size - 1) * strides[i]!, offset)
  const end = last + 1
  if (!Number.isSafeInteger(end) || end > room)
    fail(`has a tensor that ends at ${end} of storage ${quoted(storage.key)}, which has ${room} elements`)
  if (count > room && count > MOST_REPEATED)
    return { kind: 'tensor', dtype: `repeated ${dtype}`, shape, place: null }
  return { kind: 'tensor', dtype, shape, place: { storage, offset: offset * width, strides } }
}

function parameter([data]: readonly PickleValue[], fail: Fail): PickleValue {
  return isKind(data, 'tensor') ? data : fail('has a parameter of no tensor')
}

/** (layout, (indices, values, shape, …)) */
function sparse([, parts]: readonly PickleValue[], fail: Fail): StoredTensor {
  const [, values, shape] = isKind(parts, 'tuple') ? parts.items : []
  return unreadable('sparse', isKind(values, 'tensor') ? values.dtype : '', shape, fail)
}

function unreadable(how: string, dtype: string, sizes: PickleValue | undefined, fail: Fail): StoredTensor {
  const shape = wholes(sizes, 'a size', fail)
  counted(shape, fail)
  return { kind: 'tensor', dtype: `${how} ${dtype}`.trimEnd(), shape, place: null }
}

function dtypeOf(value: PickleValue | undefined): string | undefined {
  return isKind(value, 'global') ? tensorDtypes.get(value.name) : undefined
}

function counted(shape: readonly number[], fail: Fail): number {
  return productUpTo(1, shape) ?? fail('has a tensor of more than 2^53 - 1 elements')
}

function wholes(value: PickleValue | undefined, what: string, fail: Fail): number[] {
  if (!isKind(value, 'tuple')) return fail(`has ${what} that is no tuple`)
  if (value.items.length > MOST_AXES)
    fail(`has a tensor of ${value.items.length} axes; at most ${MOST_AXES} are read`)
  return value.items.map((item) => whole(item, what, fail))
}

function whole(value: PickleValue | undefined, what: string, fail: Fail): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : fail(`has ${what} that is no whole number`)
}
