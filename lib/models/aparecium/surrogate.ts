import type { TraceResult } from '../../graph/trace.ts'
import type { Value } from '../../graph/value.ts'
import { selfAttention } from '../../layers/attention.ts'
import { linear as linearLayer } from '../../layers/linear.ts'
import { l2Normalize, layerNorm } from '../../layers/norm.ts'
import { postNorm } from '../../layers/post_norm.ts'
import { weightsOf } from '../../layers/weights.ts'
import { embedding, segmentPool } from '../../ops/index.ts'
import type { Checkpoint } from '../../weights/checkpoint.ts'
import { rowCosines, type SurrogateConfig } from '../inverter/surrogate/forward.ts'
import { joined, linear, linearOf, norm, same } from './linear_weights.ts'
import type { DerivedWeight, WeightsPart } from './weights.ts'

/** What its weights begin with, in the order in which they are looked for. */
const PREFIXES = ['surrogate_r.', 'scorer.']
const EPS = 1e-5

/** What the names of a surrogate begin with; null for a checkpoint without one. */
export function surrogatePrefix({ names }: Checkpoint): string | null {
  return PREFIXES.find((prefix) => names.some((name) => name.startsWith(prefix))) ?? null
}

/** The weights of the surrogate of Aparecium v2. `temp` is a temperature of its training. */
export function surrogatePart(
  checkpoint: Checkpoint,
  prefix: string,
  { dims, vocabulary, dModel: d, layers, ffn }: SurrogateConfig,
): WeightsPart {
  const derived: DerivedWeight[] = [
    same('tokens.weight', `${prefix}text.emb.weight`, [vocabulary, d]),
    ...norm('norm_f', `${prefix}text.ln`, d),
    ...linear('vector.hidden', `${prefix}emb.net.0`, d, dims),
    ...linear('vector.out', `${prefix}emb.net.2`, d, d),
    ...norm('norm', `${prefix}norm`, d),
  ]
  for (let i = 0; i < layers; i++) {
    const [own, theirs] = [`layers.${i}`, `${prefix}text.enc.layers.${i}`]
    derived.push(
      ...linearOf(`${own}.qkv`, joined(`${theirs}.self_attn`), 3 * d, d),
      ...linear(`${own}.attention_out`, `${theirs}.self_attn.out_proj`, d, d),
      ...norm(`${own}.attention_norm`, `${theirs}.norm1`, d),
      ...linear(`${own}.ffn.up`, `${theirs}.linear1`, ffn, d),
      ...linear(`${own}.ffn.down`, `${theirs}.linear2`, d, ffn),
      ...norm(`${own}.ffn_norm`, `${theirs}.norm2`, d),
    )
  }
  return { checkpoint, prefixes: [prefix], derived, fixed: [], unused: [`${prefix}temp`] }
}

/**
 * The guessed cosine of each text's embedding and its vector, [texts]: a post-norm encoder without places. The mean is over
 * the tokens of the text; the original's is over padding as well, so that what it says of a text depends on its neighbours.
 */
export function apareciumCosines(
  { layers, heads }: SurrogateConfig,
  values: Readonly<Record<string, Value>>,
): TraceResult {
  const w = weightsOf(values)
  const offsets = w.get('offsets')
  let x = embedding({ table: w.get('tokens.weight'), ids: w.get('ids') })
  for (let i = 0; i < layers; i++) {
    const layer = w.scope(`layers.${i}`)
    const attended = selfAttention(layer.scope('qkv'), layer.scope('attention_out'), x, offsets, { heads })
    const parts = {
      attentionNorm: layer.scope('attention_norm'),
      up: layer.scope('ffn.up'),
      down: layer.scope('ffn.down'),
      ffnNorm: layer.scope('ffn_norm'),
    }
    x = postNorm(parts, x, attended, { eps: EPS, activation: 'relu' })
  }
  const pooled = segmentPool({ x: layerNorm(w.scope('norm_f'), x, EPS), offsets }, { fn: 'mean' })
  const asked = linearLayer(
    w.scope('vector.out'),
    linearLayer(w.scope('vector.hidden'), w.get('vectors'), 'gelu'),
  )
  const [text, vector] = [pooled, asked].map((one) => l2Normalize(layerNorm(w.scope('norm'), one, EPS))) as [
    Value,
    Value,
  ]
  return { outputs: { cosines: rowCosines(text, vector) } }
}
