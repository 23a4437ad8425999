import { BUNDLE_KINDS, type BundleKind } from './kinds.ts'

/** Tokens of all bundles with tokens that were written before manifests described them. */
const TOKENIZER = { kind: 'unigram', file: 'vocabulary.json', reserved: 6, start: 1, end: 2 }

/**
 * A manifest of version 1 as one of version 2, unchecked, of a kind that there was then: it named the space alone, left
 * the architecture and the tokenizer to the kind, and an encoder had no config.
 */
export function upgradeVersion1(
  { space, dims, ...rest }: Readonly<Record<string, unknown>>,
  kind: BundleKind,
): Readonly<Record<string, unknown>> {
  const { tokens, firstArchitecture } = BUNDLE_KINDS[kind]
  return {
    ...rest,
    architecture: firstArchitecture,
    space: { name: space, dims, normalised: true, fingerprint: null },
    ...(tokens ? { tokenizer: TOKENIZER } : {}),
    config: rest.config ?? (kind === 'encoder' ? {} : undefined),
  }
}
