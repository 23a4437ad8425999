import type { Encoder } from '../core/encoder.ts'
import { badArgument, check, VmmError } from '../core/errors.ts'
import type { CallOptions } from '../core/run_options.ts'
import type { Space } from '../core/space.ts'
import type { Vectors } from '../core/vectors.ts'

/** Several models at once, each of a space of its own. */
export interface EmbeddingService {
  readonly encoders: ReadonlyMap<Space, Encoder>
  /** The encoder of a space, or the first one. Throws VmmError SPACE_MISMATCH that names the spaces there are. */
  encoderOf(space?: Space): Encoder
  /** Vectors of the texts in some spaces, or in all, one model after another. */
  encode(
    texts: readonly string[],
    options?: CallOptions & { readonly spaces?: readonly Space[] | undefined },
  ): Promise<ReadonlyMap<Space, Vectors>>
}

/**
 * Several encoders as one service. They stay the caller's: who has loaded them disposes of them.
 *
 * @throws VmmError BAD_ARGUMENT for no encoders, and for two of one space
 * @example
 * ```js
 * import { embeddingService, loadEncoder } from 'vector-mamba'
 *
 * const model = await loadEncoder()
 * const service = embeddingService([model])
 * const vectors = await service.encode(['The tide was going out.'])
 * console.log(vectors.get('use-lite-512').count) // 1
 * model.dispose()
 * ```
 */
export function embeddingService(encoders: readonly Encoder[]): EmbeddingService {
  check(Array.isArray(encoders) && encoders.length > 0, 'encoders', encoders, 'one encoder or more')
  const bySpace = new Map<Space, Encoder>()
  for (const [i, encoder] of encoders.entries()) {
    check(typeof encoder?.encode === 'function', `encoders[${i}]`, encoder, 'an encoder')
    if (bySpace.has(encoder.space))
      throw badArgument(`encoders[${i}]`, `a second one of '${encoder.space}'`, 'one a space')
    bySpace.set(encoder.space, encoder)
  }
  const encoderOf = (space: Space = encoders[0]!.space): Encoder => {
    const encoder = bySpace.get(space)
    if (encoder) return encoder
    const known = [...bySpace.keys()].join(', ')
    throw new VmmError('SPACE_MISMATCH', `no encoder of '${space}'; there are those of ${known}`)
  }
  return {
    encoders: bySpace,
    encoderOf,
    encode: async (texts, options = {}) => {
      const { spaces = [...bySpace.keys()], ...run } = options
      const found = new Map<Space, Vectors>()
      for (const encoder of spaces.map(encoderOf))
        found.set(encoder.space, (await encoder.encode(texts, run)).vectors)
      return found
    },
  }
}
