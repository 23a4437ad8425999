import { isRepository } from './identifiers.ts'

/** A published encoder that has a short name. */
export interface PublishedModel {
  /** The short name; the repository's own name, without its owner, is known as well. */
  readonly name: string
  readonly repository: string
  /** Length of the vectors that it gives by default. */
  readonly dims: number
  /** SPDX expression. */
  readonly licence: string
  /** What a download weighs, about. */
  readonly bytes: number
  readonly about: string
}

/**
 * Every published model with a short name, smallest first. Sizes and licences are those of their model cards.
 *
 * @example
 * ```js
 * import { PUBLISHED_MODELS } from 'vector-mamba'
 *
 * console.log(PUBLISHED_MODELS.map(({ name }) => name).join(' ')) // minilm gtr mpnet stella-400m stella-1.5b
 * ```
 */
export const PUBLISHED_MODELS: readonly PublishedModel[] = [
  {
    name: 'minilm',
    repository: 'sentence-transformers/all-MiniLM-L6-v2',
    dims: 384,
    licence: 'Apache-2.0',
    bytes: 91e6,
    about: 'BERT of 6 layers: small and quick',
  },
  {
    name: 'gtr',
    repository: 'sentence-transformers/gtr-t5-base',
    dims: 768,
    licence: 'Apache-2.0',
    bytes: 219e6,
    about: 'encoder of T5, for retrieval; weights in f16',
  },
  {
    name: 'mpnet',
    repository: 'sentence-transformers/all-mpnet-base-v2',
    dims: 768,
    licence: 'Apache-2.0',
    bytes: 438e6,
    about: 'MPNet of 12 layers, for sentences of all kinds',
  },
  {
    name: 'stella-400m',
    repository: 'NovaSearch/stella_en_400M_v5',
    dims: 1024,
    licence: 'MIT',
    bytes: 1.74e9,
    about: 'GTE of 24 layers with heads from 256 to 8192 dims',
  },
  {
    name: 'stella-1.5b',
    repository: 'NovaSearch/stella_en_1.5B_v5',
    dims: 1024,
    licence: 'MIT',
    bytes: 6.17e9,
    about: 'Qwen2 of 28 layers that reads both ways, with heads from 256 to 8192 dims',
  },
]

/** A published language model that has a short name. */
export type PublishedLanguageModel = Omit<PublishedModel, 'dims'>

/**
 * Every published language model with a short name, smallest first of each kind. Sizes and licences are those of their model
 * cards.
 *
 * @example
 * ```js
 * import { PUBLISHED_LANGUAGE_MODELS } from 'vector-mamba'
 *
 * console.log(PUBLISHED_LANGUAGE_MODELS.map(({ name }) => name).slice(0, 3).join(' ')) // gpt2 gpt2-medium mamba-130m
 * ```
 */
export const PUBLISHED_LANGUAGE_MODELS: readonly PublishedLanguageModel[] = [
  {
    name: 'gpt2',
    repository: 'openai-community/gpt2',
    licence: 'MIT',
    bytes: 548e6,
    about: 'GPT-2 small, of 12 layers',
  },
  {
    name: 'gpt2-medium',
    repository: 'openai-community/gpt2-medium',
    licence: 'MIT',
    bytes: 1.52e9,
    about: 'GPT-2 of 24 layers',
  },
  {
    name: 'mamba-130m',
    repository: 'state-spaces/mamba-130m-hf',
    licence: 'Apache-2.0',
    bytes: 517e6,
    about: 'Mamba of 24 layers, which reads texts of any length',
  },
  {
    name: 't5-small',
    repository: 'google-t5/t5-small',
    licence: 'Apache-2.0',
    bytes: 242e6,
    about: 'T5, 6 layers each of encoder and decoder',
  },
  {
    name: 'flan-t5-small',
    repository: 'google/flan-t5-small',
    licence: 'Apache-2.0',
    bytes: 308e6,
    about: 'T5 that was trained to follow instructions, 8 layers each of encoder and decoder',
  },
  {
    name: 't5-base',
    repository: 'google-t5/t5-base',
    licence: 'Apache-2.0',
    bytes: 892e6,
    about: 'T5, 12 layers each of encoder and decoder',
  },
]

/** The published model of a short name, or of a repository with or without its owner; null where it is none of them. */
export function publishedModel(name: string): PublishedModel | null {
  const same = ({ name: short, repository }: PublishedModel) =>
    [short, repository, repository.slice(repository.indexOf('/') + 1)].includes(name)
  return PUBLISHED_MODELS.find(same) ?? null
}

/** The repository of a language model's short name; null where it is none. */
function languageRepository(name: string): string | null {
  const same = ({ name: short, repository }: PublishedLanguageModel) => short === name || repository === name
  return PUBLISHED_LANGUAGE_MODELS.find(same)?.repository ?? null
}

/** The repository of a short name; the name itself where it is `owner/name`; else null. */
export function repositoryOf(name: string): string | null {
  const known = publishedModel(name)?.repository ?? languageRepository(name)
  return known ?? (isRepository(name) ? name : null)
}
