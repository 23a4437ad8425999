import { badArgument, VmmError } from '../../../../core/errors.ts'
import type { PublishedTokenizer } from '../../../../text/tokenizers/published/tokenizer.ts'
import type { LanguageNetwork } from '../../network.ts'
import type { DraftGenerator } from '../options.ts'

/** What of a text generator is needed to have it guess for another one. */
export interface Drafter {
  readonly name: string
  readonly network: LanguageNetwork
  readonly tokenizer: PublishedTokenizer
  /** Keeps it from being freed while a call is under way. */
  during<T>(call: () => Promise<T>): Promise<T>
}

const drafters = new WeakMap<DraftGenerator, Drafter>()
/** What the tokens of a tokenizer spell, one text for all. */
const spellings = new WeakMap<PublishedTokenizer, string>()

/** Lets a text generator be named as the draft of others. */
export function enlist(generator: DraftGenerator, drafter: Drafter): void {
  drafters.set(generator, drafter)
}

/**
 * The drafter that a text generator is, for a model.
 *
 * @throws VmmError BAD_ARGUMENT for what loadTextGenerator did not give; UNSUPPORTED for a draft whose tokens are others, and for one
 *   that reads prompts otherwise: with an encoder, where the model has none, or the other way round
 */
export function drafterOf(generator: DraftGenerator, model: Omit<Drafter, 'during'>): Drafter {
  const drafter = drafters.get(generator)
  if (drafter === undefined)
    throw badArgument('speculate.draft', 'an object', "'ngram' or what loadTextGenerator gave")
  const refuse = (why: string) =>
    new VmmError('UNSUPPORTED', `speculate.draft: ${drafter.name} cannot guess for ${model.name}: ${why}`, {
      argument: 'speculate.draft',
    })
  const [own, other] = [model.network, drafter.network]
  if ((own.family.encode === null) !== (other.family.encode === null))
    throw refuse('one of them reads prompts with an encoder')
  if (spellingsOf(model.tokenizer) !== spellingsOf(drafter.tokenizer)) throw refuse('its tokens are others')
  return drafter
}

function spellingsOf(tokenizer: PublishedTokenizer): string {
  const known = spellings.get(tokenizer)
  if (known !== undefined) return known
  // Twice: of one alone some decoders strip the space before it.
  const all = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.decode([id, id]))
  const own = JSON.stringify(all)
  spellings.set(tokenizer, own)
  return own
}
