import type { Value } from '../graph/value.ts'
import { type BinaryFn, binary } from './binary.ts'
import { full } from './fill.ts'
import { select } from './select.ts'
import { unary } from './unary.ts'
import type { UnaryFn } from './unary_fns.ts'

/** A tensor, or a number that broadcasts. */
export type Operand = Value | number

const operand = (x: Operand): Value => (typeof x === 'number' ? full([], x) : x)
const apply = (fn: UnaryFn) => (x: Value) => unary({ x }, { fn })
const combine = (fn: BinaryFn) => (a: Operand, b: Operand) => binary({ a: operand(a), b: operand(b) }, { fn })

export const neg = apply('neg')
export const abs = apply('abs')
export const exp = apply('exp')
export const log = apply('log')
export const sqrt = apply('sqrt')
export const rsqrt = apply('rsqrt')
export const reciprocal = apply('reciprocal')
export const tanh = apply('tanh')
export const sigmoid = apply('sigmoid')
export const silu = apply('silu')
export const gelu = apply('gelu')
export const geluTanh = apply('gelu_tanh')
export const relu = apply('relu')
export const softplus = apply('softplus')
export const sin = apply('sin')
export const cos = apply('cos')
export const square = apply('square')
export const erf = apply('erf')
export const sign = apply('sign')
export const floor = apply('floor')

export const add = combine('add')
export const sub = combine('sub')
export const mul = combine('mul')
export const div = combine('div')
export const maximum = combine('max')
export const minimum = combine('min')
export const pow = combine('pow')
export const eq = combine('eq')
export const ne = combine('ne')
export const lt = combine('lt')
export const le = combine('le')
export const gt = combine('gt')
export const ge = combine('ge')

/** x times a number. */
export function scale(x: Value, factor: number): Value {
  return mul(x, factor)
}

/** a where the condition is not 0, else b. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return select({ condition, a: operand(a), b: operand(b) })
}
