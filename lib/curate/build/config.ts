import { isAbsolute, join } from 'node:path'
import { badArgument, describe } from '../../core/errors.ts'
import { type Fields, needed, readFields } from '../../core/fields.ts'
import { schemeOf } from '../../store/places.ts'
import type { RelationType } from '../candidates/relation_types.ts'
import { DESIGN_DOMAINS, type DomainDescriptions } from '../domains/design_domains.ts'

/** What concepts are made of. */
export const SOURCE_KINDS = [
  'text',
  'code',
  'wordnet',
  'conceptnet',
  'wikidata',
  'mbpp',
  'humaneval',
  'gsm8k',
  'alpaca',
] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** One source. */
export interface SourceConfig {
  readonly kind: SourceKind
  readonly files: readonly string[]
  /** Candidates at most; null: all. */
  readonly limit: number | null
  /** Of text: by rules, by a language model, or both. */
  readonly by: 'rules' | 'llm' | 'both'
  /** Of WordNet: the meanings in use, or all. */
  readonly scope: 'used' | 'all'
}

/** A language model. */
export interface LlmConfig {
  /** Where an OpenAI-compatible endpoint is, or '' for a file. */
  readonly url: string
  /** A model's name, or a GGUF file. */
  readonly model: string
  /** The environment variable that has the key; '' for none. */
  readonly key: string
  /** Requests under way at a time, and requests a minute; 0: no limit. */
  readonly concurrent: number
  readonly perMinute: number
}

/** What a build is to do. */
export interface CurateConfig {
  /** The folder of the build: its journal, results and report. */
  readonly out: string
  readonly store: string
  /** The first one decides what is alike. */
  readonly encoders: readonly string[]
  readonly sources: readonly SourceConfig[]
  readonly llm: {
    readonly extract: LlmConfig | null
    readonly validate: LlmConfig | null
    readonly oppose: LlmConfig | null
    readonly judge: LlmConfig | null
  }
  /** The user's own kinds of relations. */
  readonly relations: readonly RelationType[]
  /** Whether parents that contradict WordNet are refused. */
  readonly wordnet: boolean
  readonly sandbox: 'auto' | 'permission' | 'bubblewrap' | 'docker' | 'off'
  /** The domains that concepts are classified by; null: they are not. */
  readonly domains: DomainDescriptions | null
  readonly crystallise: {
    readonly rounds: number
    readonly keep: number
    readonly sameForm: number
    readonly anyForm: number
  }
  /** Whether the store is also written as Parquet. */
  readonly parquet: boolean
  /** Candidates that are worked on at a time. */
  readonly unit: number
  readonly seed: number
}

/**
 * Reads a configuration. Paths of files begin at `folder`.
 *
 * @param config plain data, as JSON or YAML have it; docs/curation.md has all keys
 * @throws VmmError BAD_ARGUMENT naming the key that is wrong
 */
export function readCurateConfig(config: unknown, folder = '.'): CurateConfig {
  const at = (path: string) => (isAbsolute(path) || schemeOf(path) !== null ? path : join(folder, path))
  return readFields(config, (fields): CurateConfig => {
    const out = at(
      fields.text('out', needed('curated'), 'The folder of the build: its journal, results and report.'),
    )
    const store = fields.text('store', '', 'The store: a folder or an address. Default: `store` in `out`.')
    const crystallise = fields.object('crystallise')
    const llm = fields.object('llm')
    return {
      out,
      store: store === '' ? join(out, 'store') : at(store),
      encoders: fields.texts(
        'encoders',
        ['use-lite'],
        'Models whose vectors concepts get. The first one decides what is alike.',
      ),
      sources: fields.list('sources').map((source) => readSource(source, at)),
      llm: {
        extract: readLlm(llm, 'extract', at),
        validate: readLlm(llm, 'validate', at),
        oppose: readLlm(llm, 'oppose', at),
        judge: readLlm(llm, 'judge', at),
      },
      relations: readRelations(fields.raw('relations', {})),
      wordnet: fields.flag('wordnet', true, 'Whether relations that contradict WordNet are refused.'),
      sandbox: fields.choice(
        'sandbox',
        'auto',
        ['auto', 'permission', 'bubblewrap', 'docker', 'off'],
        'Where code is run; `off`: it is not.',
      ),
      domains: readDomains(fields.raw('domains', {})),
      crystallise: {
        rounds: crystallise.whole('rounds', 5, { least: 1, most: 100 }, 'Rounds at most.'),
        keep: crystallise.number('keep', 0.7, { least: 0, most: 1 }, 'Concepts of a higher coherence stay.'),
        sameForm: crystallise.number(
          'sameForm',
          0.8,
          { least: 0, most: 2 },
          'The cosine from which on two of the same form are one.',
        ),
        anyForm: crystallise.number('anyForm', 0.97, { least: 0, most: 2 }, 'Likewise, of different forms.'),
      },
      parquet: fields.flag('parquet', false, 'Whether the store is also written as Parquet, in `out`.'),
      unit: fields.whole('unit', 256, { least: 1, most: 65_536 }, 'Candidates that are worked on at a time.'),
      seed: fields.whole('seed', 0, { least: 0 }, 'Decides which random pairs are compared with.'),
    }
  })
}

function readSource(fields: Fields, at: (path: string) => string): SourceConfig {
  const kind = fields.choice('kind', 'text', SOURCE_KINDS, 'What the files are.')
  const files = fields.texts('files', [], 'Files, folders or patterns.')
  const limit = fields.whole('limit', 0, { least: 0 }, 'Candidates at most; 0: all.')
  const source = {
    ...{ kind, files: files.map(at), limit: limit === 0 ? null : limit },
    by: fields.choice('by', 'rules', ['rules', 'llm', 'both'], 'How text is read.'),
    scope: fields.choice('scope', 'used', ['used', 'all'], 'Which meanings of WordNet.'),
  }
  if (files.length === 0 && kind !== 'wordnet')
    throw badArgument('sources', `${kind} without files`, 'files for every source but wordnet')
  return source
}

function readLlm(fields: Fields, key: string, at: (path: string) => string): LlmConfig | null {
  const given = fields.raw(key, {})
  if (typeof given === 'object' && given !== null && Object.keys(given).length === 0) return null
  return readFields(given, (own) => {
    const url = own.text(
      'url',
      '',
      'The address of an OpenAI-compatible endpoint, such as http://localhost:8080/v1.',
    )
    const model = own.text('model', needed('model'), 'The model there, or a GGUF file where there is no url.')
    return {
      url,
      model: url === '' ? at(model) : model,
      key: own.text('key', '', 'The environment variable that has the key.'),
      concurrent: own.whole('concurrent', 4, { least: 1, most: 1024 }, 'Requests under way at a time.'),
      perMinute: own.whole('perMinute', 0, { least: 0 }, 'Requests a minute; 0: no limit.'),
    }
  })
}

/** The design's domains unless others are given; none for false. */
function readDomains(given: unknown): DomainDescriptions | null {
  if (given === false) return null
  const isEmpty = typeof given === 'object' && given !== null && Object.keys(given).length === 0
  if (given === true || isEmpty) return DESIGN_DOMAINS
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badArgument('domains', describe(given), 'true, false, or domains with their parts and keywords')
  return given as DomainDescriptions
}

function readRelations(given: unknown): readonly RelationType[] {
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length === 0)
    return []
  if (!Array.isArray(given)) throw badArgument('relations', describe(given), 'an array of objects')
  return given.map((one) =>
    readFields(one, (fields) => {
      const name = fields.text('name', needed('cites'), 'Its name.')
      const inverse = fields.text(
        'inverse',
        '',
        'What holds the other way; its own name where it is symmetric.',
      )
      return {
        name,
        inverse: inverse === '' ? null : inverse,
        transitive: fields.flag('transitive', false, 'Whether a circle of it is a mistake.'),
      }
    }),
  )
}
