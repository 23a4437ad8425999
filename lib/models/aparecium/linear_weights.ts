import type { Shape } from '../../tensor/shape.ts'
import type { DerivedWeight } from './weights.ts'

/** A parameter that is one tensor of the checkpoint. */
export function same(name: string, source: string, shape: Shape): DerivedWeight {
  return { name, shape, product: false, from: { [source]: shape }, make: null }
}

/** The weight [out, width] of a product and its bias, as PyTorch's Linear has them. */
export function linear(name: string, source: string, out: number, width: number): DerivedWeight[] {
  return linearOf(name, [`${source}.weight`, `${source}.bias`], out, width)
}

/** The same, where the checkpoint has other names of the two. */
export function linearOf(
  name: string,
  [weight, bias]: readonly [weight: string, bias: string],
  out: number,
  width: number,
): DerivedWeight[] {
  return [
    { ...same(`${name}.weight`, weight, [out, width]), product: true },
    same(`${name}.bias`, bias, [out]),
  ]
}

/** The weight and bias of a norm. */
export function norm(name: string, source: string, width: number): DerivedWeight[] {
  return [
    same(`${name}.weight`, `${source}.weight`, [width]),
    same(`${name}.bias`, `${source}.bias`, [width]),
  ]
}

/** The names of PyTorch's MultiheadAttention for the projections of queries, keys and values. */
export function joined(attention: string): readonly [weight: string, bias: string] {
  return [`${attention}.in_proj_weight`, `${attention}.in_proj_bias`]
}
