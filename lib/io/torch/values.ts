/**
 * What is made of a pickle: the values that state dicts are built of. Whatever else a pickle may hold is `inert`: it
 * takes no memory of its own and can only be passed on.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleTuple
  | PickleGlobal
  | PickleInert
  | TorchStorage
  | StoredTensor

export interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

/** A class, function or constant by its whole name, such as `collections.OrderedDict`. Nothing is ever imported. */
export interface PickleGlobal {
  readonly kind: 'global'
  readonly name: string
}

export interface PickleInert {
  readonly kind: 'inert'
}

/** Elements in one piece, which tensors look at. */
export interface TorchStorage {
  readonly kind: 'storage'
  readonly key: string
  /** By the names of the safetensors format where it has one. `U8` for storages that have no type. */
  readonly dtype: string
  readonly elements: number
}

/** A tensor, and where it lies in its storage. */
export interface StoredTensor {
  readonly kind: 'tensor'
  /** As the safetensors format says it (`F32`, `I64`); other words where it cannot be read: `sparse F32`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Null where it cannot be read. */
  readonly place: {
    readonly storage: TorchStorage
    /** From the start of the storage, in bytes. */
    readonly offset: number
    /** In elements. */
    readonly strides: readonly number[]
  } | null
}

export const inert: PickleInert = { kind: 'inert' }

export function isDict(value: PickleValue | undefined): value is Map<PickleValue, PickleValue> {
  return value instanceof Map
}

/** Whether a value is of one of the kinds that are told by their name. */
export function isKind<K extends 'tuple' | 'global' | 'inert' | 'storage' | 'tensor'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}
