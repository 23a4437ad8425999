import { readFile } from 'node:fs/promises'
import { fileError } from '../../io/files.ts'
import { parseVocabulary, type UnigramVocabulary } from './unigram.ts'

/** The vocabulary of a bundle: see parseVocabulary. Throws VmmError NOT_FOUND or BAD_FILE. */
export async function readVocabulary(path: string): Promise<UnigramVocabulary> {
  try {
    return parseVocabulary(JSON.parse(await readFile(path, 'utf8')), path)
  } catch (cause) {
    throw fileError(path, 'read', cause)
  }
}
