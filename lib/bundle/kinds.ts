/** What the models of a kind of bundle have in common. */
interface KindOfBundle {
  /** With its article, for messages. */
  readonly a: string
  /** What is loaded where no name is given: a model known by name, or an installed package. */
  readonly default: string
  /** Whether its models read or write tokens, so that manifests tell a capacity and a tokenizer. */
  readonly tokens: boolean
  /** The architecture of bundles that were written before manifests named it. */
  readonly firstArchitecture: string
}

/** Every kind of bundle: text → vector, vectors → next vector, vector → text. */
export const BUNDLE_KINDS = {
  encoder: { a: 'an encoder', default: 'use-lite', tokens: true, firstArchitecture: 'use-lite' },
  predictor: {
    a: 'a predictor',
    default: 'vector-mamba-predictor',
    tokens: false,
    firstArchitecture: 'vector-mamba',
  },
  inverter: {
    a: 'an inverter',
    default: 'vector-mamba-inverter',
    tokens: true,
    firstArchitecture: 'aparecium',
  },
} as const satisfies Readonly<Record<string, KindOfBundle>>

export type BundleKind = keyof typeof BUNDLE_KINDS

export function isBundleKind(value: unknown): value is BundleKind {
  return typeof value === 'string' && Object.hasOwn(BUNDLE_KINDS, value)
}
