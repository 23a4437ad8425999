import { VmmError } from '../../core/errors.ts'
import { evenlySpread } from '../../core/evenly.ts'
import { openDocuments, type VectorDocument, type VectorDocuments } from '../../data/documents/open.ts'
import { PARTS, partOf, type SplitPart } from '../../data/split.ts'
import { documentKey } from '../../evaluate/suites/predictor/trained.ts'
import { type Options, UsageError } from '../command.ts'
import type { CliContext } from '../context.ts'
import { Progress } from '../output/progress.ts'
import type { LoadedModel } from './model.ts'

export const DOCUMENT_OPTIONS = {
  documents: {
    type: 'string',
    short: 'd',
    value: 'FILE',
    help: 'JSON lines with "paragraphs", "sentences" or "text", and "id" or "book" and "chapter"',
  },
  part: {
    type: 'string',
    value: 'PART',
    help: 'train, validation or test as training splits a file, or all',
  },
  limit: { type: 'string', value: 'N', help: 'documents at most, evenly spread (default: all)' },
} as const satisfies Options

/** Documents of a file that are evaluated; what was left out is counted as they are read. */
export interface EvaluatedDocuments {
  readonly source: VectorDocuments
  readonly part: SplitPart | 'all'
  /** Documents of the part. */
  readonly count: number
  /** Those of the documents read so far that were left out because the model was trained on them. */
  readonly trained: () => number
  all(): AsyncGenerator<VectorDocument>
}

/** The file of --documents. */
export function documentsFile(path: string | undefined): string {
  if (path === undefined) throw new UsageError('no documents: name a file with --documents')
  return path
}

/** The part of --part, or null when it is not given. */
export function partNamed(name: string | undefined): SplitPart | 'all' | null {
  const part = [...PARTS, 'all' as const].find((known) => known === name)
  if (name !== undefined && part === undefined)
    throw new UsageError(`--part: got ${JSON.stringify(name)}; expected ${PARTS.join(', ')} or all`)
  return part ?? null
}

/** Opens documents, which are encoded when they are new, with a bar for the waiting. */
export async function openSource(
  path: string,
  { model, options, cacheDir }: LoadedModel,
  context: CliContext,
): Promise<VectorDocuments> {
  using progress = new Progress('Encoding sentences', context)
  const { signal, threads } = options
  return openDocuments(path, model, { signal, threads, cacheDir, onProgress: (n) => progress.update(n) })
}

/** Which documents of a part are taken. */
interface DocumentChoice {
  /** Those whose sentences it knows are left out. */
  readonly trained?: ReadonlySet<string> | undefined
  /** Those whose sentences it does not know are passed over. */
  readonly only?: ReadonlySet<string> | undefined
  /** So many at most, evenly spread. */
  readonly limit?: number | undefined
}

/** The documents of a part. Reading throws where none is left but those that training has seen. */
export function documentsOf(
  source: VectorDocuments,
  part: SplitPart | 'all',
  { trained = new Set(), only, limit }: DocumentChoice = {},
): EvaluatedDocuments {
  const inPart = [...source.documents.keys()].filter(
    (i) => part === 'all' || partOf(source.documents[i]!.id) === part,
  )
  const indices = evenlySpread(inPart, limit ?? inPart.length)
  let leftOut = 0
  return {
    source,
    part,
    count: indices.length,
    trained: () => leftOut,
    all: async function* () {
      leftOut = 0
      for (const index of indices) {
        const document = await source.document(index)
        const key = trained.size > 0 || only ? documentKey(document.texts()) : ''
        if (trained.has(key)) leftOut++
        else if (only?.has(key) ?? true) yield document
      }
      if (leftOut > 0 && leftOut === indices.length)
        throw new VmmError('BAD_ARGUMENT', leftOutText(leftOut), { argument: 'documents' })
    },
  }
}

/** Says on stderr how many documents were left out, if there are any. */
export function tellTrained({ trained }: EvaluatedDocuments, { stderr }: Pick<CliContext, 'stderr'>): void {
  if (trained() > 0) stderr.write(`vmm: ${leftOutText(trained())}\n`)
}

function leftOutText(count: number): string {
  const [documents, them] = count === 1 ? ['1 document', 'it'] : [`${count} documents`, 'them']
  return `${documents} left out: the model was trained on ${them} (--part all takes ${them})`
}
