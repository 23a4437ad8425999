import type { Format } from './format.ts'
import type { VectorTarget, VectorWriter } from './write/writer.ts'

/** Opens a writer; each format's code is loaded when it is used. */
export async function openWriter(format: Format, target: VectorTarget): Promise<VectorWriter> {
  if (format === 'arrow') return (await import('./write/arrow.ts')).openArrowWriter(target)
  if (format === 'npy') return (await import('./write/npy.ts')).openNpyWriter(target)
  return (await import('./write/jsonl.ts')).openJsonlWriter(target)
}
