import { VmmError } from '../../../core/errors.ts'
import { type PublishedTokenizer, readPublishedTokenizer } from '../../../text/tokenizers/published/load.ts'
import { folderOf } from '../../published/find.ts'
import { firstTokenizer } from '../../published/first_tokenizer.ts'

/** A tokenizer, and the folder that it is from. */
export interface FoundTokenizer {
  readonly folder: string
  readonly tokenizer: PublishedTokenizer
}

/**
 * The tokenizer of a language model.
 *
 * @param model its folder
 * @param asked a folder or a repository in place of it
 * @param others repositories that have it where the folder has none
 * @throws VmmError NOT_FOUND that says what to download; as readPublishedTokenizer does
 */
export async function findTokenizer(
  model: string,
  asked: string | undefined,
  others: readonly string[],
): Promise<FoundTokenizer> {
  const read = async (folder: string) => ({ folder, tokenizer: await readPublishedTokenizer(folder) })
  if (asked !== undefined) {
    const folder = await folderOf(asked, undefined)
    if (folder !== null) return read(folder)
    const message = `${asked}: neither a folder nor a repository that was downloaded`
    throw new VmmError('NOT_FOUND', message, { argument: 'tokenizer' })
  }
  if (others.length === 0) return read(model)
  const found = await firstTokenizer([model], others, read)
  if (found !== null) return found
  throw new VmmError(
    'NOT_FOUND',
    `${model}: no tokenizer; \`vmm pull ${others[0]}\` downloads a model that has it, or name a folder with it`,
    { argument: 'tokenizer' },
  )
}
