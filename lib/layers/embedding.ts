import type { Value } from '../graph/value.ts'
import { embedding, quantizedEmbedding } from '../ops/index.ts'
import type { Weights } from './weights.ts'

/**
 * Rows of a table of embeddings as f32 [rows, d]. ids: i32 [rows].
 *
 * @param name of the table [vocab, d] in the checkpoint, such as `tokens.weight`. A loader may have quantised it:
 *   `tokens.quants` and `tokens.scales` then
 */
export function tableRows(w: Weights, name: string, ids: Value): Value {
  const layer = name.replace(/weight$/, '')
  const quants = layer === name ? null : w.find(`${layer}quants`)
  if (quants) return quantizedEmbedding({ quants, scales: w.get(`${layer}scales`), ids })
  return embedding({ table: w.get(name), ids })
}
