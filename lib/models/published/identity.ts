import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileError } from '../../io/files.ts'
import { sha256Once } from '../../io/hash_once.ts'
import { findCheckpoint } from '../../weights/checkpoint.ts'
import type { SentenceConfig } from '../families/sentence_head.ts'
import type { PublishedModules } from './modules.ts'
import type { PublishedWeight } from './weights.ts'

/** What a model is called by what it is. */
export interface Identity {
  /** Another one for all that makes other vectors: models, heads, prompts. */
  readonly space: string
  /** Another one wherever a text may get another vector, be it by a bit: also for lengths and for how weights are kept. */
  readonly fingerprint: string
  /** Another one for other weights, or other ways to keep them. */
  readonly weights: string
}

/** Files beside the weights that decide vectors. */
const DECISIVE = /^((config|tokenizer|tokenizer_config|vocab)\.json|(vocab|merges)\.txt|.*\.model)$/
/** Raised when what is kept of weights changes, so that older caches are left alone. */
const FORMAT = 5

/** What makes a model as it is used another than its files alone would. */
export interface Use {
  /** Every tensor that is read, and how it is kept: which may be asked for in several ways. */
  readonly tensors: readonly PublishedWeight[]
  readonly prompt: string
  readonly compute: 'f32' | 'bf16' | undefined
  readonly cacheDir: string
  readonly signal: AbortSignal | undefined
}

/**
 * The identity of a published model as it is used, from the content of its files.
 *
 * @param name what the folder or repository is called
 * @throws VmmError NOT_FOUND, BAD_FILE; the signal's reason, between files
 */
export async function identityOf(
  name: string,
  { transformer, dense, lowerCase }: PublishedModules,
  config: SentenceConfig,
  { tensors, prompt, compute = 'f32', cacheDir, signal }: Use,
): Promise<Identity> {
  const parts = dense.map(({ folder }) => folder)
  const { weights, files } = await contentOf(transformer, parts, { cacheDir, signal })
  const { space: _, capacityTokens, ...decisive } = config
  const vectors = hashOf({ decisive, prompt, lowerCase, files, weights })
  const kept = keptOf(tensors)
  return {
    space: spaceName(name, vectors),
    fingerprint: hashOf({ vectors, capacityTokens, kept, compute }),
    weights: hashOf({ FORMAT, weights, kept }),
  }
}

/**
 * What a language model as it is used is called by what it is: see Identity.
 *
 * @param tokenizer the folder of its tokenizer, which may be another one
 */
export async function languageIdentity(
  folder: string,
  tokenizer: string,
  config: object,
  { tensors, compute = 'f32', cacheDir, signal }: Omit<Use, 'prompt'>,
): Promise<Omit<Identity, 'space'>> {
  const { weights, files } = await contentOf(folder, [], { cacheDir, signal })
  if (tokenizer !== folder) files.push(...(await filesOf(tokenizer, { cacheDir, signal })))
  const kept = keptOf(tensors)
  return {
    fingerprint: hashOf({ config, files, weights, kept, compute }),
    weights: hashOf({ FORMAT, weights, kept }),
  }
}

/** Hashes of the weights of some folders, and of what stands beside them in the first one. */
async function contentOf(folder: string, parts: readonly string[], use: Pick<Use, 'cacheDir' | 'signal'>) {
  const weights: string[] = []
  for (const own of [folder, ...parts])
    for (const path of await findCheckpoint(own)) weights.push(await hashOfFile(path, use))
  return { weights, files: await filesOf(folder, use) }
}

/** Hashes of the files of a folder that decide vectors, without the weights. */
async function filesOf(folder: string, use: Pick<Use, 'cacheDir' | 'signal'>): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(folder, 'read', error)
  })
  const files: string[] = []
  for (const file of names.filter((one) => DECISIVE.test(one)).sort())
    files.push(`${file} ${await hashOfFile(join(folder, file), use)}`)
  return files
}

function hashOfFile(path: string, { cacheDir, signal }: Pick<Use, 'cacheDir' | 'signal'>): Promise<string> {
  signal?.throwIfAborted()
  return sha256Once(path, cacheDir)
}

function keptOf(tensors: Use['tensors']) {
  return tensors.map(({ name, shape, storage }) => [name, shape, storage])
}

function hashOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

const LONGEST_NAME = 48

function spaceName(name: string, hash: string): string {
  const plain = basename(name)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '')
  return `${plain || 'encoder'}-${hash.slice(0, 8)}`
}
