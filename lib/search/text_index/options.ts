import type { Encoder } from '../../core/encoder.ts'
import { check, checkCount } from '../../core/errors.ts'
import { type OptionNames, refuseUnknown } from '../../core/options.ts'
import { CALL_OPTIONS, type CallOptions, checkRunOptions } from '../../core/run_options.ts'
import type { ConceptFilter } from '../../store/record.ts'
import type { ConceptStore, SpaceModel } from '../../store/store.ts'

/** Where an index is kept, and how files are read into it. */
export interface IndexTextsOptions {
  /** A place as openStore takes it, which is made where it is missing, or a store that is open and stays the caller's. */
  readonly store: string | ConceptStore
  /**
   * Documents in this folder are named by their paths in it, others by their whole paths. Default: the folder that the store
   * is in, so that store and files may move together; the working directory where the store is no path.
   */
  readonly root?: string | undefined
  /** Tokens of a passage of a file at most. Default 256, or as many as the model reads. */
  readonly passageTokens?: number | undefined
  /** What loads the model again, which the store remembers. Default: what it remembers, or the model's name. */
  readonly loadedBy?: Pick<SpaceModel, 'name' | 'options'> | undefined
  /**
   * What encodes queries: the same model, loaded with another prompt, where it has one for questions. Its vectors are taken to
   * be of the space of `model`. Default: `model`.
   */
  readonly queryModel?: Encoder | undefined
}

const INDEX_OPTIONS: OptionNames<IndexTextsOptions> = {
  store: true,
  root: true,
  passageTokens: true,
  loadedBy: true,
  queryModel: true,
}

/** How far the reading of files is. */
export interface FilesProgress {
  /** Files that are read, of so many. */
  readonly files: number
  readonly total: number
  /** Passages that are written. */
  readonly passages: number
}

/** How files are read into an index; `signal` ends it, and what is written stays. */
export interface AddFilesOptions extends CallOptions {
  /** What patterns are relative to. Default: the working directory. */
  readonly from?: string | undefined
  readonly onProgress?: ((progress: FilesProgress) => void) | undefined
}

const ADD_FILES_OPTIONS: OptionNames<AddFilesOptions> = { ...CALL_OPTIONS, from: true, onProgress: true }

/** What is searched for, and how much of it. */
export interface SearchTextsOptions extends CallOptions {
  /** Hits at most. Default 10. */
  readonly k?: number | undefined
  readonly filter?: ConceptFilter | undefined
  /**
   * Whether texts that have words of the query come to the front, too, such as a name or a number that means nothing to a
   * model. The query must be a text, and the store one with full text: LanceDB or PostgreSQL. Default false.
   */
  readonly hybrid?: boolean | undefined
}

const SEARCH_OPTIONS: OptionNames<SearchTextsOptions> = {
  ...CALL_OPTIONS,
  k: true,
  filter: true,
  hybrid: true,
}

/** Tokens of a passage where nobody says: some paragraphs. */
const PASSAGE_TOKENS = 256

/** Throws BAD_ARGUMENT for what is no option. Gives the tokens of a passage. */
export function checkIndexOptions(model: Encoder, options: IndexTextsOptions): number {
  const isModel = typeof (model as Partial<Encoder> | null)?.encodeBlocks === 'function'
  check(isModel, 'model', model, 'an encoder, as loadEncoder gives it')
  refuseUnknown(options, INDEX_OPTIONS)
  const { store, root, passageTokens = PASSAGE_TOKENS, queryModel = model } = options
  const isStore =
    typeof store === 'string' || typeof (store as Partial<ConceptStore> | null)?.upsert === 'function'
  check(isStore, 'store', store, 'a place such as ./my.store, or an open store')
  check(root === undefined || typeof root === 'string', 'root', root, 'a folder')
  const isQueryModel = queryModel.dims === model.dims && typeof queryModel.encode === 'function'
  check(isQueryModel, 'queryModel', queryModel, `an encoder whose vectors have ${model.dims} dimensions`)
  const isCount = Number.isSafeInteger(passageTokens) && passageTokens > 0
  check(isCount, 'passageTokens', passageTokens, 'a whole number from 1 on')
  return Math.min(passageTokens, model.capacityTokens)
}

export function checkAddFilesOptions(options: AddFilesOptions): void {
  refuseUnknown(options, ADD_FILES_OPTIONS)
  checkRunOptions(options)
}

export function checkSearchOptions(options: SearchTextsOptions): void {
  refuseUnknown(options, SEARCH_OPTIONS)
  checkRunOptions(options)
  const { k = 1, hybrid = false } = options
  checkCount('k', k)
  check(typeof hybrid === 'boolean', 'hybrid', hybrid, 'true or false')
}
