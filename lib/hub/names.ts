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

/** The published model of a short name, or of a repository with or without its owner; null where it is none of them. */
export function publishedModel(name: string): PublishedModel | null {
  const same = ({ name: short, repository }: PublishedModel) =>
    [short, repository, repository.slice(repository.indexOf('/') + 1)].includes(name)
  return PUBLISHED_MODELS.find(same) ?? null
}

/** The repository of a short name; the name itself where it is `owner/name`; else null. */
export function repositoryOf(name: string): string | null {
  return publishedModel(name)?.repository ?? (isRepository(name) ? name : null)
}
