/** What the models of a kind of bundle have in common. */
interface KindOfBundle {
  /** With its article, for messages. */
  readonly a: string
  /** What is loaded where no name is given: a model known by name, or an installed package. */
  readonly default: string
  /** Whether its models read or write vectors, so that manifests tell their space. */
  readonly space: boolean
  /** Whether its models read or write tokens, so that manifests tell a tokenizer. */
  readonly tokens: boolean
  /** Whether texts may be too long for its models, so that manifests tell a capacity. */
  readonly capacity: boolean
  /** The architecture of bundles that were written before manifests named it; null where there are none. */
  readonly firstArchitecture: string | null
}

/** Every kind of bundle: text → vector, vectors → next vector, vector → text, tokens → next token. */
export const BUNDLE_KINDS = {
  encoder: {
    a: 'an encoder',
    default: 'use-lite',
    space: true,
    tokens: true,
    capacity: true,
    firstArchitecture: 'use-lite',
  },
  predictor: {
    a: 'a predictor',
    default: 'vector-mamba-predictor',
    space: true,
    tokens: false,
    capacity: false,
    firstArchitecture: 'vector-mamba',
  },
  inverter: {
    a: 'an inverter',
    default: 'vector-mamba-inverter',
    space: true,
    tokens: true,
    capacity: true,
    firstArchitecture: 'aparecium',
  },
  lm: {
    a: 'a language model',
    default: 'vector-mamba-lm',
    space: false,
    tokens: true,
    capacity: false,
    firstArchitecture: null,
  },
} as const satisfies Readonly<Record<string, KindOfBundle>>

export type BundleKind = keyof typeof BUNDLE_KINDS

export function isBundleKind(value: unknown): value is BundleKind {
  return typeof value === 'string' && Object.hasOwn(BUNDLE_KINDS, value)
}
