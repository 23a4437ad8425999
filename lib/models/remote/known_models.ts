/** What is known of a model that services call by this name. */
export interface KnownModel {
  readonly dims: number
  /** Whether it takes `dimensions`, and so gives the first ones alone. */
  readonly shortens: boolean
}

/** https://platform.openai.com/docs/guides/embeddings */
const KNOWN = new Map<string, KnownModel>([
  ['text-embedding-ada-002', { dims: 1536, shortens: false }],
  ['text-embedding-3-small', { dims: 1536, shortens: true }],
  ['text-embedding-3-large', { dims: 3072, shortens: true }],
])

/** The model of a name, where it is known. */
export function knownModel(name: string): KnownModel | undefined {
  return KNOWN.get(name)
}
