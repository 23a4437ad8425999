import { type Fail, failing } from './fail.ts'
import { endedEarly, type PickleBytes, pickleBytes } from './pickle_bytes.ts'
import { inert, isDict, isKind, type PickleTuple, type PickleValue } from './values.ts'

/** What a pickle may name and call. All of it throws VmmError for what is not allowed. */
export interface Constructors {
  /** Something by its whole name, `torch.FloatStorage`. */
  named(name: string): PickleValue
  call(callee: PickleValue, args: readonly PickleValue[]): PickleValue
  /** What a persistent id stands for. */
  persistent(id: readonly PickleValue[]): PickleValue
}

/**
 * Opcodes that a pickle may have, those that make a dict, list or tuple counted threefold. 40,000 tensors need that
 * many, and all that they can make fits into some hundred megabytes.
 */
const MOST_WORK = 2 ** 21
const PROTO = 0x80
const OLDEST_PROTOCOL = 2
const NEWEST_PROTOCOL = 5

/** Opcodes of Python that nothing is read for. */
const refused: Readonly<Record<number, string>> = {
  48: 'POP',
  49: 'POP_MARK',
  50: 'DUP',
  70: 'FLOAT',
  73: 'INT',
  76: 'LONG',
  80: 'PERSID',
  83: 'STRING',
  86: 'UNICODE',
  100: 'DICT',
  103: 'GET',
  105: 'INST',
  108: 'LIST',
  111: 'OBJ',
  112: 'PUT',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  139: 'LONG4',
  141: 'BINUNICODE8',
  142: 'BINBYTES8',
  145: 'FROZENSET',
  146: 'NEWOBJ_EX',
  150: 'BYTEARRAY8',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
}

/**
 * Reads one pickle of protocol 2 to 5. Nothing is executed: opcodes build values, and what they name or call is
 * looked up in `constructors`.
 *
 * @param from where it begins in `bytes`
 * @param path for messages
 * @returns the value and where the pickle ends; null where it goes on behind `bytes`
 * @throws VmmError BAD_FILE for what no pickler writes, or more opcodes than the largest models need; UNSUPPORTED,
 *   naming it, for an opcode that state dicts do without; what `constructors` throws
 */
export function unpickle(
  bytes: Buffer,
  from: number,
  path: string,
  constructors: Constructors,
): { readonly value: PickleValue; readonly end: number } | null {
  const fail = failing(path)
  if (bytes.length > from && bytes[from] !== PROTO) fail('does not begin with its protocol, 2 or newer')
  const input = pickleBytes(bytes, from, fail)
  try {
    const value = run(input, constructors, fail)
    return { value, end: input.at() }
  } catch (error) {
    if (error === endedEarly) return null
    throw error
  }
}

function run(input: PickleBytes, constructors: Constructors, fail: Fail): PickleValue {
  const { all, push, pop, top, mark, items } = stackOf(fail)
  const memo = new Map<number, PickleValue>()
  let work = 0
  const spend = (amount: number) => {
    work += amount
    if (work > MOST_WORK) fail(`has more than ${MOST_WORK} steps`)
  }
  const container = (value: PickleValue) => {
    spend(2)
    push(value)
  }
  const remembered = (key: number): PickleValue => {
    const value = memo.get(key)
    return value === undefined ? fail(`reads place ${key} of its memo, which is empty`) : value
  }
  const name = (part: PickleValue): string => (typeof part === 'string' ? part : fail('names no global'))
  const call = () => {
    const args = pop()
    push(constructors.call(pop(), isKind(args, 'tuple') ? args.items : fail('calls without a tuple')))
  }

  for (;;) {
    spend(1)
    const opcode = input.byte()
    switch (opcode) {
      case PROTO: {
        const protocol = input.byte()
        if (protocol < OLDEST_PROTOCOL || protocol > NEWEST_PROTOCOL) fail(`is of protocol ${protocol}`)
        break
      }
      case 0x2e: // STOP
        return all().length === 1 ? pop() : fail(`ends with ${all().length} values`)
      case 0x95: // FRAME
        input.skip(8)
        break
      case 0x28: // MARK
        mark()
        break
      case 0x4e: // NONE
        push(null)
        break
      case 0x88: // NEWTRUE
        push(true)
        break
      case 0x89: // NEWFALSE
        push(false)
        break
      case 0x4a: // BININT
        push(input.i32())
        break
      case 0x4b: // BININT1
        push(input.byte())
        break
      case 0x4d: // BININT2
        push(input.u16())
        break
      case 0x8a: // LONG1
        push(input.integer(input.byte()))
        break
      case 0x47: // BINFLOAT
        push(input.f64())
        break
      case 0x58: // BINUNICODE
        push(input.text(input.u32()))
        break
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        push(input.text(input.byte()))
        break
      case 0x54: // BINSTRING
        push(input.text(input.u32()))
        break
      case 0x42: // BINBYTES
        input.skip(input.u32())
        push(inert)
        break
      case 0x43: // SHORT_BINBYTES
        input.skip(input.byte())
        push(inert)
        break
      case 0x7d: // EMPTY_DICT
        container(new Map())
        break
      case 0x5d: // EMPTY_LIST
        container([])
        break
      case 0x8f: // EMPTY_SET
        push(inert)
        break
      case 0x29: // EMPTY_TUPLE
        push(tuple([]))
        break
      case 0x74: // TUPLE
        container(tuple(items()))
        break
      case 0x85: // TUPLE1
        container(tuple([pop()]))
        break
      case 0x86: {
        // TUPLE2
        const second = pop()
        container(tuple([pop(), second]))
        break
      }
      case 0x87: {
        // TUPLE3
        const [third, second] = [pop(), pop()]
        container(tuple([pop(), second, third]))
        break
      }
      case 0x61: // APPEND
        append([pop()], top(), fail)
        break
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        append(items(), top(), fail)
        break
      case 0x73: {
        // SETITEM
        const value = pop()
        set([pop(), value], top(), fail)
        break
      }
      case 0x75: // SETITEMS
        set(items(), top(), fail)
        break
      case 0x71: // BINPUT
        memo.set(input.byte(), top())
        break
      case 0x72: // LONG_BINPUT
        memo.set(input.u32(), top())
        break
      case 0x94: // MEMOIZE
        memo.set(memo.size, top())
        break
      case 0x68: // BINGET
        push(remembered(input.byte()))
        break
      case 0x6a: // LONG_BINGET
        push(remembered(input.u32()))
        break
      case 0x63: {
        // GLOBAL
        const module = input.line()
        push(constructors.named(`${module}.${input.line()}`))
        break
      }
      case 0x93: {
        // STACK_GLOBAL
        const attribute = name(pop())
        push(constructors.named(`${name(pop())}.${attribute}`))
        break
      }
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        call()
        break
      case 0x62: // BUILD: attributes, as `_metadata` of a state dict, are not kept
        pop()
        if (!isDict(top()) && !isKind(top(), 'tensor')) fail('sets attributes of what has none')
        break
      case 0x51: {
        // BINPERSID
        const id = pop()
        push(
          constructors.persistent(isKind(id, 'tuple') ? id.items : fail('has a persistent id of no tuple')),
        )
        break
      }
      default:
        fail(
          `has opcode ${refused[opcode] ?? `0x${opcode.toString(16)}`} at byte ${input.at() - 1}; ` +
            'state dicts do without',
          'UNSUPPORTED',
        )
    }
  }
}

/** Values, and marks below which none may be taken. */
function stackOf(fail: Fail) {
  const values: PickleValue[] = []
  const marks: number[] = []
  const available = () => values.length > (marks.at(-1) ?? 0) || fail('takes a value that is not there')
  return {
    all: () => (marks.length > 0 ? fail('ends with an open mark') : values),
    push: (value: PickleValue) => {
      values.push(value)
    },
    pop: (): PickleValue => {
      available()
      return values.pop()!
    },
    top: (): PickleValue => {
      available()
      return values.at(-1)!
    },
    mark: () => {
      marks.push(values.length)
    },
    items: (): PickleValue[] => {
      const from = marks.pop()
      return from === undefined ? fail('takes items without a mark') : values.splice(from)
    },
  }
}

const tuple = (items: readonly PickleValue[]): PickleTuple => ({ kind: 'tuple', items })

/** Adds to a list; to a set, which is inert, nothing. */
function append(items: readonly PickleValue[], target: PickleValue, fail: Fail): void {
  if (isKind(target, 'inert')) return
  if (!Array.isArray(target)) fail('appends to no list')
  else for (const item of items) target.push(item)
}

function set(pairs: readonly PickleValue[], target: PickleValue, fail: Fail): void {
  if (pairs.length % 2 !== 0) fail('has a key without a value')
  if (!isDict(target)) fail('sets items of no dict')
  else for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i]!, pairs[i + 1]!)
}
