import type { Field, Schema } from 'apache-arrow'
import type { Space } from '../../core/space.ts'
import type { SpaceModel } from '../store.ts'

export type Arrow = typeof import('apache-arrow')

/** Raised when a reader of before would misread what is written. */
export const FORMAT = 'vector-mamba-concepts-1'

/** A space as a file of concepts tells it. */
export interface ExchangedSpace {
  readonly space: Space
  readonly dims: number
  /** The field of `embeddings`: `d` and the dimensions, with the space's name where two have as many. */
  readonly field: string
  readonly model: SpaceModel | null
  /** The map of its concepts' coordinates, as a text; null where the store keeps none. */
  readonly map: string | null
}

/** Spaces with the names of their fields of `embeddings`. */
export function exchangedSpaces(
  spaces: ReadonlyMap<Space, number>,
  models: ReadonlyMap<Space, SpaceModel>,
  maps: ReadonlyMap<Space, string>,
): readonly ExchangedSpace[] {
  const twice = (dims: number) => [...spaces.values()].filter((other) => other === dims).length > 1
  return [...spaces].map(([space, dims]) => ({
    space,
    dims,
    field: twice(dims) ? `d${dims}_${space}` : `d${dims}`,
    model: models.get(space) ?? null,
    map: maps.get(space) ?? null,
  }))
}

/**
 * The schema of concepts:
 *
 *   concept_id, text, concept_type, modality: string · origin_model: string? · confidence: f64? · surface_forms: list<string> ·
 *   embeddings: struct<d384: fixed_size_list<f32>[384]?, …> · primary_domain: string? · domain_confidence: f32? ·
 *   domain_scores: map<string, f32> · code_metadata: struct<language, ast_hash, works, test_coverage, complexity,
 *   performance_metrics>? · relations: list<struct<target_id, relation_type, weight, domain_specific>> · validation_score: f32? ·
 *   last_updated: timestamp(ms) · source_dataset, document_id, document_hash, heading: string? · position, line: i32? ·
 *   gps: list<f64>?
 */
export function conceptSchema(arrow: Arrow, spaces: readonly ExchangedSpace[]): Schema {
  const { Utf8, Float32, Float64, Int32, Bool, List, Struct, Map_, FixedSizeList, TimestampMillisecond } =
    arrow
  const needed = (name: string, type: Field['type']) => new arrow.Field(name, type, false)
  const optional = (name: string, type: Field['type']) => new arrow.Field(name, type, true)
  const mapTo = (value: Field['type']) =>
    new Map_(needed('entries', new Struct([needed('key', new Utf8()), optional('value', value)])) as never)
  const vectors = spaces.map(({ field, dims }) =>
    optional(field, new FixedSizeList(dims, needed('item', new Float32()))),
  )
  const code = new Struct([
    needed('language', new Utf8()),
    optional('ast_hash', new Utf8()),
    optional('works', new Bool()),
    optional('test_coverage', new Float32()),
    optional('complexity', new Int32()),
    needed('performance_metrics', mapTo(new Float64())),
  ])
  const relation = new Struct([
    needed('target_id', new Utf8()),
    needed('relation_type', new Utf8()),
    needed('weight', new Float32()),
    optional('domain_specific', new Bool()),
  ])
  const fields = [
    needed('concept_id', new Utf8()),
    needed('text', new Utf8()),
    needed('concept_type', new Utf8()),
    needed('modality', new Utf8()),
    optional('origin_model', new Utf8()),
    optional('confidence', new Float64()),
    needed('surface_forms', new List(needed('item', new Utf8()))),
    ...(vectors.length > 0 ? [needed('embeddings', new Struct(vectors))] : []),
    optional('primary_domain', new Utf8()),
    optional('domain_confidence', new Float32()),
    needed('domain_scores', mapTo(new Float32())),
    optional('code_metadata', code),
    needed('relations', new List(needed('item', relation))),
    optional('validation_score', new Float32()),
    needed('last_updated', new TimestampMillisecond()),
    optional('source_dataset', new Utf8()),
    optional('document_id', new Utf8()),
    optional('document_hash', new Utf8()),
    optional('heading', new Utf8()),
    optional('position', new Int32()),
    optional('line', new Int32()),
    optional('gps', new List(needed('item', new Float64()))),
  ]
  return new arrow.Schema(
    fields,
    new Map([
      ['format', FORMAT],
      ['spaces', JSON.stringify(spaces)],
    ]),
  )
}
