import { createHash } from 'node:crypto'
import type { Encoder } from '../../core/encoder.ts'
import { badArgument, VmmError } from '../../core/errors.ts'
import { lengthOf } from '../../core/rows.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { type PublishedTokenizer, readPublishedTokenizer } from '../../text/tokenizers/published/load.ts'
import { loadEncoder } from '../load_encoder.ts'
import type { LoadOptions } from '../load_options.ts'
import { folderOf } from '../published/find.ts'
import { firstTokenizer } from '../published/first_tokenizer.ts'
import { checkPair, type Vec2TextConfig } from './config.ts'
import { findHypothesizer, type Vec2TextFolder } from './find.ts'
import { END, PAD } from './forward.ts'
import { makeVec2TextInverter, type Vec2TextInverter } from './inverter.ts'
import { checkVec2TextOptions, type Vec2TextLoadOptions } from './load_options.ts'
import { readModel } from './model.ts'
import type { Vec2TextNetwork } from './network.ts'
import { isNormalised, type VectorLength } from './vectors.ts'

export interface OpenVec2TextOptions extends LoadOptions, Vec2TextLoadOptions {
  /** Stays the caller's. */
  readonly encoder?: Encoder | undefined
}

/** Encoders of the models, as their configs name them, whose rows are averaged and no more. */
export const RAW = new Map([['gtr_base', 'sentence-transformers/gtr-t5-base']])
/** Repositories with T5's tokenizer. */
export const TOKENIZERS = ['google-t5/t5-base', 't5-base', 'sentence-transformers/gtr-t5-base']
/** Texts whose vectors tell how long those of an encoder are. */
const PROBES = ['The tide was going out.', 'A judge read the law.', 'Plants turn light into sugar.']

/**
 * Opens a pair of vec2text (Morris et al. 2023, arXiv 2310.06816): a corrector and the hypothesizer that it was trained with.
 *
 * @throws VmmError NOT_FOUND for a missing hypothesizer, tokenizer or encoder; BAD_FILE naming file and tensor, and for models
 *   that do not go together; UNSUPPORTED for other architectures; SPACE_MISMATCH for an encoder of other dims; BAD_ARGUMENT for
 *   one that normalises where raw vectors are needed
 */
export async function openVec2Text(
  corrector: Vec2TextFolder,
  options: OpenVec2TextOptions,
): Promise<Vec2TextInverter> {
  const {
    encoder: given,
    cacheDir = cacheDirectory(),
    signal,
    compute = 'f32',
    storage,
    rescale = false,
  } = options
  checkVec2TextOptions(options)
  const undo: (() => void)[] = []
  const dispose = () => {
    for (const free of undo.splice(0).reverse()) free()
  }
  try {
    const hypothesizer = await findHypothesizer(corrector, options.hypothesizer)
    const use = { cacheDir, signal, compute, storage }
    const [first, second] = [
      await readModel(hypothesizer.folder, use),
      await readModel(corrector.folder, use),
    ]
    checkPair({ ...hypothesizer, config: first.config }, { ...corrector, config: second.config })
    const tokenizer = await tokenizerOf([corrector, hypothesizer], options.tokenizer, first.config)
    const { maxTokens } = second.config
    const encoder = given ?? (await ownEncoder(corrector, first.config, { cacheDir, signal, maxTokens }))
    if (!given) undo.push(() => encoder.dispose())
    const length = await lengthOfVectors(corrector, first.config, encoder, signal)
    const models: Vec2TextNetwork[] = []
    for (const model of [first, second]) {
      const network = await model.load()
      undo.push(network.dispose)
      models.push(network)
    }
    const { name } = corrector
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([first.fingerprint, second.fingerprint, encoder.fingerprint]))
      .digest('hex')
    const [writes, corrects] = models as [Vec2TextNetwork, Vec2TextNetwork]
    return makeVec2TextInverter({
      ...{ name, fingerprint, tokenizer, length, rescale, encoder, disposeParts: dispose },
      ...{ hypothesizer: writes, corrector: corrects },
    })
  } catch (error) {
    dispose()
    throw error
  }
}

/** T5's tokenizer, which the repositories of a pair do not have. */
async function tokenizerOf(
  pair: readonly Vec2TextFolder[],
  asked: string | undefined,
  { t5: { vocabulary } }: Vec2TextConfig,
): Promise<PublishedTokenizer> {
  const read = (folder: string) => readT5Tokenizer(folder, vocabulary)
  if (asked !== undefined) {
    const folder = await folderOf(asked, undefined)
    if (folder === null) throw new VmmError('NOT_FOUND', `${asked}: no folder`, { argument: 'tokenizer' })
    return read(folder)
  }
  const folders = pair.map(({ folder }) => folder)
  const found = await firstTokenizer(folders, TOKENIZERS, read)
  if (found !== null) return found
  throw new VmmError(
    'NOT_FOUND',
    `${pair[0]!.name}: no tokenizer; \`vmm pull ${TOKENIZERS[0]}\` downloads T5's, or name a folder that has it`,
    { argument: 'tokenizer' },
  )
}

/**
 * The tokenizer of a folder, which must be T5's.
 *
 * @param vocabulary tokens that the model has; null where any will do
 * @throws VmmError BAD_FILE for another one; as readPublishedTokenizer does
 */
export async function readT5Tokenizer(
  folder: string,
  vocabulary: number | null,
): Promise<PublishedTokenizer> {
  const tokenizer = await readPublishedTokenizer(folder)
  const { size, padId } = tokenizer
  const fits = vocabulary === null || size <= vocabulary
  if (!fits || padId !== PAD || tokenizer.encode('').at(-1) !== END)
    throw new VmmError(
      'BAD_FILE',
      `${folder}: not T5's tokenizer: ${size} tokens, padding ${padId}; the model has ${vocabulary ?? size}, pads with ${PAD} and ends with ${END}`,
    )
  return tokenizer
}

/** The encoder that made the vectors, where it is one of this package. */
async function ownEncoder(
  { name }: Vec2TextFolder,
  { embedder }: Vec2TextConfig,
  options: LoadOptions & { readonly maxTokens: number },
): Promise<Encoder> {
  const repository = RAW.get(embedder)
  if (repository === undefined)
    throw badArgument('encoder', 'none', `one whose vectors ${name} reads, those of ${embedder}`)
  return loadEncoder(repository, { ...options, head: false })
}

/**
 * How long the vectors of an encoder must be, which has to be that of the pair.
 *
 * @throws VmmError SPACE_MISMATCH for an encoder of other dims or another space, BAD_ARGUMENT for one that normalises where raw
 *   vectors are needed
 */
export async function lengthOfVectors(
  { name }: Pick<Vec2TextFolder, 'name'>,
  { embedder, dims, space }: Vec2TextConfig,
  encoder: Encoder,
  signal: AbortSignal | undefined,
): Promise<VectorLength> {
  if (encoder.dims !== dims)
    throw new VmmError(
      'SPACE_MISMATCH',
      `${name}: reads vectors of ${dims} dims, those of ${embedder}; ${encoder.name} makes ${encoder.dims}`,
    )
  if (space !== null && space !== encoder.space)
    throw new VmmError(
      'SPACE_MISMATCH',
      `${name}: reads vectors of the space ${space}; ${encoder.name} makes those of ${encoder.space}`,
    )
  // Services are not asked at every start; their vectors have unit length.
  if (isService(embedder)) return { kind: 'unit', mean: 1 }
  const { vectors } = await encoder.encode(PROBES, { signal })
  const isRaw = RAW.has(embedder)
  if (isRaw && Array.from(vectors).every(isNormalised))
    throw badArgument(
      'encoder',
      `${encoder.name}, whose vectors have length 1`,
      `one of raw vectors, as ${name} was trained on: { head: false, normalise: false }`,
    )
  const mean = Array.from(vectors, lengthOf).reduce((sum, length) => sum + length, 0) / vectors.count
  return { kind: isRaw ? 'raw' : 'free', mean }
}

function isService(embedder: string): boolean {
  return embedder.startsWith('text-embedding-')
}
