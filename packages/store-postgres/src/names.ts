import pg from 'pg'

/** What a store's SQL calls its tables and what it uses of pgvector, each quoted and with its schema. */
export interface Names {
  readonly schema: string
  readonly format: string
  readonly concepts: string
  readonly edges: string
  readonly spaces: string
  /** A table or an index of the schema. */
  readonly own: (name: string) => string
  readonly vector: string
  readonly halfvec: string
  /** pgvector's operator class of half vectors by their inner product. */
  readonly byDot: string
  /** Operator: the inner product times -1. */
  readonly dot: string
  /** Function: a vector scaled to length 1. */
  readonly unit: string
  /** Function: a vector's binary form. */
  readonly bytes: string
}

/** @param extension the schema that pgvector is installed in, quoted: often public, and not always on the search path */
export function namesOf(schema: string, extension: string): Names {
  const own = (name: string): string => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`
  const of = (name: string): string => `${extension}.${name}`
  return {
    schema: pg.escapeIdentifier(schema),
    format: own('format'),
    concepts: own('concepts'),
    edges: own('edges'),
    spaces: own('spaces'),
    own,
    vector: of('vector'),
    halfvec: of('halfvec'),
    byDot: of('halfvec_ip_ops'),
    dot: `operator(${of('<#>')})`,
    unit: of('l2_normalize'),
    bytes: of('vector_send'),
  }
}
