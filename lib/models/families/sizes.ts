import type { JsonFields } from '../../io/json_fields.ts'

/** Sizes of a transformer, by the names that most published configs have for them. */
export function publishedSizes(json: JsonFields) {
  return {
    vocabulary: json.size('vocab_size'),
    width: json.size('hidden_size'),
    layers: json.size('num_hidden_layers'),
    heads: json.size('num_attention_heads'),
    ffn: json.size('intermediate_size'),
  }
}
