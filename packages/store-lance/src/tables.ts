import type { Space } from 'vector-mamba'

/** The names of tables: concepts, relations, and the vectors of each space. */
export const CONCEPTS = 'concepts'
export const EDGES = 'edges'

export function vectorsTable(space: Space): string {
  return `v_${space}`
}
