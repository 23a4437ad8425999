import type { LoadEncoderOptions } from '../../models/published/options.ts'
import { STORAGES } from '../../models/published/weights.ts'
import { type Options, UsageError, type Values, wholeNumber } from '../command.ts'

const COMPUTES = ['f32', 'bf16'] as const
const LONGEST = 1 << 20

/** Options of commands that give vectors, for published models alone. */
export const PUBLISHED_OPTIONS = {
  storage: {
    type: 'string',
    value: 'TYPE',
    help: `how a published model's matrices are kept: ${STORAGES.join(', ')} (default: as in its files)`,
  },
  compute: {
    type: 'string',
    value: 'TYPE',
    help: 'what matrices of bf16 are multiplied in: f32 (the default), or bf16, faster on some processors',
  },
  truncate: {
    type: 'string',
    value: 'N',
    help: 'keep the first N numbers of vectors, of a published model that was trained so (Matryoshka)',
  },
  'max-tokens': {
    type: 'string',
    value: 'N',
    help: 'tokens of a text that a published model reads (default: as its files say)',
  },
} as const satisfies Options

type Given = Partial<Values<typeof PUBLISHED_OPTIONS>> & { readonly dims?: string | undefined }

/** The options of loadEncoder that --dims and those above give. Throws UsageError. */
export function publishedOptionsOf(
  values: Given,
): Pick<LoadEncoderOptions, 'dims' | 'truncate' | 'maxTokens' | 'storage' | 'compute'> {
  const kept = wholeNumber(values.truncate, '--truncate', [1, 65_536])
  const dims = wholeNumber(values.dims, '--dims', [1, 65_536])
  if (kept !== undefined && dims !== undefined)
    throw new UsageError(
      '--dims and --truncate exclude each other: one picks a head, the other cuts its vectors',
    )
  return {
    dims: kept ?? dims,
    truncate: kept === undefined ? undefined : true,
    maxTokens: wholeNumber(values['max-tokens'], '--max-tokens', [1, LONGEST]),
    storage: choiceOf(values.storage, '--storage', STORAGES),
    compute: choiceOf(values.compute, '--compute', COMPUTES),
  }
}

function choiceOf<T extends string>(
  given: string | undefined,
  option: string,
  known: readonly T[],
): T | undefined {
  const found = known.find((one) => one === given)
  if (given !== undefined && found === undefined)
    throw new UsageError(`${option}: got ${JSON.stringify(given)}; expected ${known.join(', ')}`)
  return found
}
