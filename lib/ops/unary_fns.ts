/** One function of `unary`: the function, its derivative, and the range that its samples are drawn from. */
interface UnaryFunction {
  readonly f: (x: number) => number
  readonly df: (x: number) => number
  readonly low: number
  readonly high: number
}

const twoOverRootPi = 2 / Math.sqrt(Math.PI)

/** The error function: a series of positive terms below 3, the continued fraction of erfc above. */
function erf(x: number): number {
  const t = Math.abs(x)
  if (Number.isNaN(x)) return x
  if (t >= 3) return Math.sign(x) * (1 - erfc(t))
  let term = t
  let sum = t
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * t * t) / (2 * n + 1)
    sum += term
  }
  return Math.sign(x) * twoOverRootPi * Math.exp(-t * t) * sum
}

/** 1 - erf(x), with full relative accuracy for large x. */
function erfc(x: number): number {
  if (!(x >= 2)) return 1 - erf(x)
  if (x > 28) return 0
  let tail = x
  for (let n = 120; n > 0; n--) tail = x + n / 2 / tail
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail)
}

const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))
const sigmoidSlope = (x: number) => Math.exp(-Math.abs(x)) / (1 + Math.exp(-Math.abs(x))) ** 2
const normalCdf = (x: number) => 0.5 * erfc(-x * Math.SQRT1_2)
const normalPdf = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
const sign = (x: number) => (x > 0 ? 1 : x < 0 ? -1 : x)
/** x * y where a vanishing y beats an infinite x. */
const damped = (x: number, y: number) => (y === 0 ? 0 : x * y)
/** gelu_tanh(x) = x sigmoid(u), u = 2 sqrt(2 / pi) (x + 0.044715 x^3). */
const geluScale = 2 * Math.sqrt(2 / Math.PI)
const geluInner = (x: number) => geluScale * (x + 0.044715 * x ** 3)
const geluInnerSlope = (x: number) => geluScale * (1 + 3 * 0.044715 * x * x)

/** The functions of `unary`, in the order of their numbers in native code (native/cpu/unary_fns.h). */
export const unaryFunctions = {
  neg: { f: (x) => -x, df: () => -1, low: -3, high: 3 },
  abs: { f: Math.abs, df: sign, low: -3, high: 3 },
  exp: { f: Math.exp, df: Math.exp, low: -5, high: 5 },
  log: { f: Math.log, df: (x) => 1 / x, low: 0.05, high: 9 },
  sqrt: { f: Math.sqrt, df: (x) => 0.5 / Math.sqrt(x), low: 0.05, high: 9 },
  rsqrt: { f: (x) => 1 / Math.sqrt(x), df: (x) => -0.5 / Math.sqrt(x) / x, low: 0.05, high: 9 },
  reciprocal: { f: (x) => 1 / x, df: (x) => -1 / (x * x), low: 0.1, high: 5 },
  tanh: { f: Math.tanh, df: (x) => 4 * sigmoidSlope(2 * x), low: -4, high: 4 },
  sigmoid: { f: sigmoid, df: sigmoidSlope, low: -8, high: 8 },
  silu: {
    f: (x) => damped(x, sigmoid(x)),
    df: (x) => sigmoid(x) + damped(x, sigmoidSlope(x)),
    low: -8,
    high: 8,
  },
  gelu: {
    f: (x) => damped(x, normalCdf(x)),
    df: (x) => normalCdf(x) + damped(x, normalPdf(x)),
    low: -6,
    high: 6,
  },
  gelu_tanh: {
    f: (x) => damped(x, sigmoid(geluInner(x))),
    df: (x) => sigmoid(geluInner(x)) + damped(x * geluInnerSlope(x), sigmoidSlope(geluInner(x))),
    low: -5,
    high: 5,
  },
  relu: { f: (x) => Math.max(x, 0), df: (x) => (x > 0 ? 1 : 0), low: -3, high: 3 },
  softplus: {
    f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    df: sigmoid,
    low: -8,
    high: 8,
  },
  sin: { f: Math.sin, df: Math.cos, low: -10, high: 10 },
  cos: { f: Math.cos, df: (x) => -Math.sin(x), low: -10, high: 10 },
  square: { f: (x) => x * x, df: (x) => 2 * x, low: -3, high: 3 },
  erf: { f: erf, df: (x) => twoOverRootPi * Math.exp(-x * x), low: -3, high: 3 },
  sign: { f: sign, df: () => 0, low: -3, high: 3 },
  floor: { f: Math.floor, df: () => 0, low: -3, high: 3 },
} as const satisfies Record<string, UnaryFunction>

export type UnaryFn = keyof typeof unaryFunctions
export const unaryFns = Object.keys(unaryFunctions) as UnaryFn[]
