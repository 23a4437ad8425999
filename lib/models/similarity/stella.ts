import { join } from 'node:path'
import { badArgument } from '../../core/errors.ts'
import { publishedModel } from '../../hub/names.ts'
import { exists } from '../../io/files.ts'
import { readJsonFields } from '../../io/json_fields.ts'
import { CONFIG_FILE } from '../published/modules.ts'

/** The prompts of Stella's model card, for folders that lack the file that has them. */
export const STELLA_PROMPTS: Readonly<Record<string, string>> = {
  s2p_query: 'Instruct: Given a web search query, retrieve relevant passages that answer the query.\nQuery: ',
  s2s_query: 'Instruct: Retrieve semantically similar text.\nQuery: ',
}

/** The heads of the repositories of Stella. */
const STELLA_HEADS = [256, 768, 1024, 2048, 4096, 6144, 8192]
const NO_512 = "Stella's model card names 512, its repository has no such head"

/** model_type of stella_en_400M_v5 and of stella_en_1.5B_v5. */
const STELLA_TYPES: readonly unknown[] = ['new', 'qwen2']

/** Whether the transformer of a folder is of the kinds that Stella is. */
export async function isStellas(transformer: string): Promise<boolean> {
  return STELLA_TYPES.includes((await readJsonFields(join(transformer, CONFIG_FILE))).raw('model_type'))
}

/** Whether a folder leaves out what would tell its prompts. */
export async function lacksPrompts(folder: string): Promise<boolean> {
  return !(await exists(join(folder, 'config_sentence_transformers.json')))
}

/** Throws VmmError BAD_ARGUMENT for dims that no head of Stella's repositories has, before anything is downloaded. */
export function refuseUnknownHead(name: string, dims: number | undefined): void {
  if (dims === undefined || STELLA_HEADS.includes(dims)) return
  if (!publishedModel(name)?.name.startsWith('stella-')) return
  throw badArgument('dims', String(dims), STELLA_HEADS.join(', ') + aboutHead(dims))
}

/** What a message about dims of a model of Stella's kind adds. */
export function aboutHead(dims: number | undefined): string {
  return dims === 512 ? `: ${NO_512}` : ''
}
