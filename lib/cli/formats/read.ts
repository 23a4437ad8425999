import type { Format } from './format.ts'
import type { VectorBlock, VectorInput } from './read/block.ts'

/**
 * Reads vectors block by block, with bounded memory; each format's code is loaded when it is used.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming what is wrong; SPACE_MISMATCH where an input names another space
 */
export async function* readVectors(format: Format, from: VectorInput): AsyncGenerator<VectorBlock> {
  try {
    if (format === 'arrow') yield* (await import('./read/arrow.ts')).readArrow(from)
    else if (format === 'npy') yield* (await import('./read/npy.ts')).readNpy(from)
    else yield* (await import('./read/jsonl.ts')).readJsonl(from)
  } finally {
    from.input.destroy()
  }
}
