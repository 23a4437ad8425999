import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConcepts } from '../lib/concepts/wordnet/concepts.ts'
import { type Vectors, vectorsFrom } from '../lib/core/vectors.ts'
import { buildOnce } from '../lib/io/build_once.ts'
import { loadEncoder } from '../lib/models/load_encoder.ts'
import { buildDir } from './published/folder.ts'

/** Raised when the vectors are made otherwise than before. */
const FORMAT = 1
/** Of so many texts one is a query, and not among what is searched. */
const QUERY = 1000

/** Vectors as people's texts have them: random ones have no neighbours. */
export interface RealVectors {
  readonly rows: Vectors
  readonly queries: Vectors
}

/** All different definitions and examples of WordNet in the space of USE-lite. They are encoded on the first call. */
export async function wordNetVectors(): Promise<RealVectors> {
  const folder = await buildOnce(join(buildDir, `wordnet-${FORMAT}`), async (path) => {
    const texts = [...new Set((await loadConcepts({ scope: 'all' })).map(({ text }) => text))]
    const model = await loadEncoder()
    const { vectors } = await model.encode(texts)
    writeFileSync(join(path, 'vectors.f32'), vectors.toFloat32Array())
    writeFileSync(join(path, 'about.json'), JSON.stringify({ space: vectors.space, dims: vectors.dims }))
    model.dispose()
  })
  const { space, dims } = JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8'))
  const bytes = readFileSync(join(folder, 'vectors.f32'))
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const all = Array.from({ length: data.length / dims }, (_, i) => data.subarray(i * dims, (i + 1) * dims))
  const some = (isQuery: boolean) => all.filter((_, i) => (i % QUERY === 0) === isQuery)
  return { rows: vectorsFrom(some(false), dims, space), queries: vectorsFrom(some(true), dims, space) }
}
