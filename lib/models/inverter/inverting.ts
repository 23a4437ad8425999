import type { WorkingLifetime } from '../../core/disposable.ts'
import { isVectors, notVectors, type Vectors } from '../../core/vectors.ts'
import type { Inversion } from './inversion.ts'
import type { VectorSource } from './vector_source.ts'

/** Inverts vectors one by one. `call` runs each block of them. */
type InvertsEach<O> = (
  source: VectorSource,
  options: O,
  call: <T>(block: () => Promise<T>) => Promise<T>,
) => AsyncGenerator<Inversion>

/** The two ways in which an inverter is asked for texts, of which neither outlives it. */
export function inverting<O extends object>(
  { during, alive }: WorkingLifetime,
  each: InvertsEach<O>,
): {
  invert(vectors: Vectors, options?: O): Promise<readonly Inversion[]>
  invertEach(vectors: VectorSource, options?: O): AsyncGenerator<Inversion>
} {
  const none = {} as O
  return {
    invert: (vectors, options = none) =>
      during(async () => {
        if (!isVectors(vectors)) throw notVectors('vectors', vectors)
        const all: Inversion[] = []
        for await (const inversion of each(vectors, options, (block) => block())) all.push(inversion)
        return all
      }),
    invertEach: (vectors, options = none) => {
      alive()
      return each(vectors, options, during)
    },
  }
}
