import type { OpenBundle } from '../bundle/open.ts'
import { bundleFile } from '../bundle/verify.ts'
import { check, VmmError } from '../core/errors.ts'
import type { Tokens } from '../core/tokenizer.ts'
import { readTokens } from '../text/tokenizers/tokens.ts'

/** What a config says of the tokens that its model writes. */
export interface TokenIds {
  /** Token ids that there are; `start` and `end` are two of them that no text has. */
  readonly vocabulary: number
  readonly start: number
  readonly end: number
}

/** Throws VmmError BAD_ARGUMENT for ids of a config that its vocabulary does not have, or that are one. */
export function checkTokenIds({ vocabulary, start, end }: TokenIds): void {
  const id = (n: number) => Number.isSafeInteger(n) && n >= 0 && n < vocabulary
  check(id(start), 'config.start', start, `a token id below ${vocabulary}`)
  check(id(end) && end !== start, 'config.end', end, `a token id other than ${start}`)
}

/** The tokens of a bundle. Throws VmmError NOT_FOUND; BAD_FILE where they are not those of its config. */
export async function bundleTokens({ folder, manifest, config }: OpenBundle<TokenIds>): Promise<Tokens> {
  const about = manifest.tokenizer!
  const tokens = await readTokens(folder, about)
  const path = bundleFile(folder, manifest, about.file)
  const { size } = tokens.tokenizer
  if (size !== config.vocabulary)
    throw new VmmError('BAD_FILE', `${path}: ${size} pieces; the model has ${config.vocabulary}`)
  for (const name of ['start', 'end'] as const)
    if (about[name] !== config[name])
      throw new VmmError('BAD_FILE', `${path}: ${name} ${about[name]}; the model has ${config[name]}`)
  return tokens
}
