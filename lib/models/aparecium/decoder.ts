import { add, concat, matmul, mul, reshape, slice } from '../../ops/index.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { joined, linear, linearOf, norm, same } from './linear_weights.ts'
import { MOST_TOKENS } from './options.ts'
import type { ApareciumSizes } from './sizes.ts'
import type { DerivedWeight, FixedWeight, WeightsPart } from './weights.ts'

/** Of all that may be asked for, so that one file of prepared weights serves texts of any length. */
const PLACES = MOST_TOKENS + 1

/**
 * The adapter and the decoder of Aparecium v2 (SentiChain) as parameters of an inverter (inverterParameters), with a head of
 * their own. What stands between the adapter's rows and a layer's keys and values is one product there: kv ∘ kv_proj. Vectors
 * are read as they are, so the factor by which an inverter reads them is taken out of the first weights.
 */
export function decoderPart(checkpoint: Checkpoint, sizes: ApareciumSizes): WeightsPart {
  const { vocabulary, dModel: d, layers, ffn } = sizes
  const derived: DerivedWeight[] = [
    ...adapterWeights(sizes),
    same('tokens.weight', 'decoder.embed.weight', [vocabulary, d]),
    ...norm('norm_f', 'decoder.ln', d),
    { ...same('head.weight', 'decoder.lm_head.weight', [vocabulary, d]), product: true },
  ]
  for (let i = 0; i < layers; i++) {
    const [own, theirs] = [`layers.${i}`, `decoder.decoder.layers.${i}`]
    derived.push(
      ...linearOf(`${own}.self.qkv`, joined(`${theirs}.self_attn`), 3 * d, d),
      ...linear(`${own}.self.out`, `${theirs}.self_attn.out_proj`, d, d),
      ...norm(`${own}.self_norm`, `${theirs}.norm1`, d),
      ...crossWeights(`${own}.cross`, `${theirs}.multihead_attn`, sizes),
      ...linear(`${own}.cross.out`, `${theirs}.multihead_attn.out_proj`, d, d),
      ...norm(`${own}.cross_norm`, `${theirs}.norm2`, d),
      ...linear(`${own}.ffn.up`, `${theirs}.linear1`, ffn, d),
      ...linear(`${own}.ffn.down`, `${theirs}.linear2`, d, ffn),
      ...norm(`${own}.ffn_norm`, `${theirs}.norm3`, d),
    )
  }
  const fixed: FixedWeight[] = [
    { name: 'head.bias', shape: [vocabulary], values: () => new Float32Array(vocabulary) },
    {
      name: 'positions.weight',
      shape: [PLACES, d],
      values: () => sinusoids(PLACES, d),
    },
  ]
  return { checkpoint, prefixes: ['adapter.', 'decoder.'], derived, fixed }
}

function adapterWeights({ dims, scales, memoryDims }: ApareciumSizes): DerivedWeight[] {
  const all = scales.flatMap((rows, i): DerivedWeight[] => {
    const [own, theirs] = [`adapter.scales.${i}`, `adapter.proj.${i}`]
    const width = rows * memoryDims
    const [hidden, bias] = linear(`${own}.hidden`, `${theirs}.0`, width, dims) as [
      DerivedWeight,
      DerivedWeight,
    ]
    return [
      { ...hidden, make: ([w]) => mul(w!, 1 / Math.sqrt(dims)) },
      bias,
      ...linear(`${own}.out`, `${theirs}.3`, width, width),
    ]
  })
  const total = scales.reduce((sum, rows) => sum + rows, 0)
  const marks: DerivedWeight = {
    ...{ name: 'adapter.scale_rows', shape: [total, memoryDims], product: false },
    from: Object.fromEntries(scales.map((rows, i) => [`adapter.freq.${i}`, [rows, memoryDims]])),
    make: (rows) => concat(rows, 0),
  }
  return [...all, marks, ...norm('adapter.norm', 'adapter.norm', memoryDims)]
}

/** Queries, and keys and values of the memory as the adapter gives it, out of one joined projection. */
function crossWeights(
  own: string,
  theirs: string,
  { dModel: d, memoryDims }: ApareciumSizes,
): DerivedWeight[] {
  const [weight, bias] = joined(theirs)
  const [joint, biases] = [{ [weight]: [3 * d, d] }, { [bias]: [3 * d] }]
  const [memory, memoryBias] = ['decoder.kv_proj.weight', 'decoder.kv_proj.bias']
  return [
    {
      ...{ name: `${own}.q.weight`, shape: [d, d], product: true, from: joint },
      make: ([w]) => slice(w!, 0, 0, d),
    },
    {
      ...{ name: `${own}.q.bias`, shape: [d], product: false, from: biases },
      make: ([b]) => slice(b!, 0, 0, d),
    },
    {
      ...{ name: `${own}.kv.weight`, shape: [2 * d, memoryDims], product: true },
      from: { ...joint, [memory]: [d, memoryDims] },
      make: ([w, m]) => matmul({ a: slice(w!, 0, d, 3 * d), b: m! }),
    },
    {
      ...{ name: `${own}.kv.bias`, shape: [2 * d], product: false },
      from: { ...joint, ...biases, [memoryBias]: [d] },
      make: ([w, b, m]) => {
        const moved = matmul({ a: slice(w!, 0, d, 3 * d), b: reshape(m!, [d, 1]) })
        return add(reshape(moved, [2 * d]), slice(b!, 0, d, 3 * d))
      },
    },
  ]
}

/**
 * Sine and cosine side by side (Vaswani et al. 2017), [places, width]. Frequencies and angles are rounded to f32 as they are
 * in PyTorch: the sine of a large angle tells the difference.
 */
export function sinusoids(places: number, width: number): Float32Array {
  const table = new Float32Array(places * width)
  const step = Math.fround(-Math.log(10_000) / width)
  for (let i = 0; i < width; i++) {
    const frequency = Math.fround(Math.exp(Math.fround((i - (i % 2)) * step)))
    for (let place = 0; place < places; place++) {
      const angle = Math.fround(place * frequency)
      table[place * width + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
    }
  }
  return table
}
