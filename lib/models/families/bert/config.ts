import { check } from '../../../core/errors.ts'
import { completeConfig } from '../../complete_config.ts'
import { checkSizes } from '../../sizes.ts'
import { checkActivation, type FfnActivation } from '../activations.ts'
import { checkSentenceConfig, SENTENCE_DEFAULTS, type SentenceConfig } from '../sentence_head.ts'

/** BERT (Devlin et al. 2019, arXiv 1810.04805), as all-MiniLM-L6-v2 and its kind are. */
export interface BertConfig extends SentenceConfig {
  /** Rows of the table of positions, of which texts use those from `firstPosition` on. */
  readonly positions: number
  /** The row of a text's first position: 2 in RoBERTa, where those of padding come before. */
  readonly firstPosition: number
  /** Kinds of text that have an embedding: a single text is of the first one. */
  readonly types: number
  readonly activation: FfnActivation
}

const defaults: BertConfig = {
  ...SENTENCE_DEFAULTS,
  space: 'bert-384',
  dims: 384,
  width: 384,
  capacityTokens: 256,
  vocabulary: 30_522,
  layers: 6,
  heads: 12,
  ffn: 1536,
  positions: 0,
  firstPosition: 0,
  types: 2,
  normEps: 1e-12,
  activation: 'gelu',
}

/** A complete config; the other fields are those of all-MiniLM-L6-v2, with as many positions as are read. Throws VmmError BAD_ARGUMENT. */
export function bertConfig(given: Partial<BertConfig>): BertConfig {
  const completed = completeConfig(given, defaults)
  checkSentenceConfig(completed)
  const { firstPosition } = completed
  const isPlace = Number.isSafeInteger(firstPosition) && firstPosition >= 0 && firstPosition <= 1024
  check(isPlace, 'config.firstPosition', firstPosition, 'a whole number of 0 to 1024')
  const needed = completed.capacityTokens + firstPosition
  const config = { ...completed, positions: completed.positions || needed }
  checkSizes(config, ['positions'])
  const { positions, types, width, heads } = config
  check(positions >= needed, 'config.positions', positions, `at least ${needed}, for all tokens of a text`)
  const isCount = Number.isSafeInteger(types) && types >= 1 && types <= 1024
  check(isCount, 'config.types', types, 'a whole number of 1 to 1024')
  check(width % heads === 0, 'config.heads', heads, `a divisor of width, ${width}`)
  checkActivation(config.activation)
  return config
}
