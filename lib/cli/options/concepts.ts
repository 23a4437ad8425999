import type { ConceptSource } from '../../concepts/store/build_index.ts'
import { type ConceptIndex, openConcepts } from '../../concepts/store/concept_index.ts'
import type { CliContext } from '../context.ts'
import { Progress } from '../output/progress.ts'
import type { LoadedModel } from './model.ts'

/** Opens the vectors of concepts, which are encoded when they are new, with a bar for the waiting. */
export async function openStore(
  concepts: ConceptSource,
  what: string,
  { model, engine, options, cacheDir }: LoadedModel,
  context: CliContext,
): Promise<ConceptIndex> {
  using progress = new Progress(`Encoding ${what}, once`, context)
  const onProgress = (done: number, total: number) => progress.update(done, total)
  const { signal, threads } = options
  return openConcepts(model, { signal, threads, concepts, cacheDir, onProgress, mapRows: engine.mapRows })
}
