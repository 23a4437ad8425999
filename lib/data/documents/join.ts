import { createHash } from 'node:crypto'
import { lifetime } from '../../core/disposable.ts'
import { badArgument } from '../../core/errors.ts'
import { requireSameSpace } from '../../core/space.ts'
import type { VectorDocuments } from './open.ts'

/**
 * Several files of documents as one, in order; disposing it disposes them. Throws VmmError BAD_ARGUMENT for none,
 * SPACE_MISMATCH for different spaces.
 */
export function joinDocuments(parts: readonly VectorDocuments[]): VectorDocuments {
  const [first] = parts
  if (!first) throw badArgument('documents', 'no file', 'at least one')
  if (parts.length === 1) return first
  for (const part of parts) requireSameSpace(first, part)
  const total = (of: (part: VectorDocuments) => number) => parts.reduce((sum, part) => sum + of(part), 0)
  const documents = parts.flatMap((part) => part.documents)
  const inPart = async <T>(
    index: number,
    use: (part: VectorDocuments, at: number) => Promise<T>,
  ): Promise<T> => {
    let at = index
    for (const part of parts) {
      if (at < part.count) return use(part, at)
      at -= part.count
    }
    throw badArgument('index', String(index), `0 … ${documents.length - 1}`)
  }
  const { ends } = lifetime('the documents were disposed', async () => {
    for (const part of parts) await part.dispose()
  })
  const hash = createHash('sha256')
  for (const { sourceHash } of parts) hash.update(sourceHash)
  return {
    space: first.space,
    dims: first.dims,
    count: documents.length,
    sentences: total(({ sentences }) => sentences),
    documents,
    dropped: {
      empty: total(({ dropped }) => dropped.empty),
      repeated: total(({ dropped }) => dropped.repeated),
      unusable: total(({ dropped }) => dropped.unusable),
      documents: total(({ dropped }) => dropped.documents),
    },
    truncated: total(({ truncated }) => truncated),
    sourceHash: hash.digest('hex'),
    document: (index) => inPart(index, (part, at) => part.document(at)),
    readRows: (index, begin, end, into) => inPart(index, (part, at) => part.readRows(at, begin, end, into)),
    ...ends,
  }
}
