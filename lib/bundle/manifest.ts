import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, VmmError } from '../core/errors.ts'
import { isSpace, type Space } from '../core/space.ts'
import type { TokenizerAbout } from '../core/tokenizer.ts'
import { base64OfVector, vectorOfBase64 } from '../io/base64_vector.ts'
import { atomicWrite, fileError } from '../io/files.ts'
import { sha256File } from '../io/hash.ts'
import { parseJson } from '../io/json.ts'
import { readSmallFile } from '../io/read.ts'
import { BYTES, type FileDtype, isFileDtype } from '../io/safetensors/dtypes.ts'
import { BUNDLE_KINDS, type BundleKind, isBundleKind } from './kinds.ts'
import { upgradeVersion1 } from './version1.ts'

/** A text and the vector that the model must give for it. */
export type GoldenVector = { readonly text: string; readonly vector: Float32Array }

export type BundleFile = { readonly bytes: number; readonly sha256: string }

/** The embedding space of a bundle's vectors. */
export type SpaceAbout = {
  readonly name: Space
  /** Length of the vectors. */
  readonly dims: number
  /** Whether the encoder gives vectors of unit length. */
  readonly normalised: boolean
  /** Of the encoder whose vectors they are; null where it was not written down. */
  readonly fingerprint: string | null
}

/** What `bundle.json` says. */
export type Manifest = {
  readonly kind: BundleKind
  /** Which code runs the model: the name of a family of encoders, for instance. */
  readonly architecture: string
  /** Of its vectors; not for language models, which have none. */
  readonly space?: SpaceAbout
  /** Longest input that counts, in tokens; not for predictors, which read vectors, nor for language models. */
  readonly capacityTokens?: number
  /** Where its tokens come from; not for predictors. */
  readonly tokenizer?: TokenizerAbout
  /** What makes the model one of its kind, as plain data; checked by its loader. */
  readonly config: Readonly<Record<string, unknown>>
  /** How most weights are stored. */
  readonly dtype: FileDtype
  /** Every other file of the bundle, by name. */
  readonly files: Readonly<Record<string, BundleFile>>
  /** SPDX expression. */
  readonly licence: string
  /** What the weights were trained on, as far as known. */
  readonly trainingData: string
  readonly golden: readonly GoldenVector[]
}

/** What a manifest says of files that a folder has. */
export async function describeFiles(
  folder: string,
  names: readonly string[],
): Promise<Record<string, BundleFile>> {
  const files: Record<string, BundleFile> = {}
  for (const name of names) {
    const path = join(folder, name)
    const { size } = await stat(path)
    files[name] = { bytes: size, sha256: await sha256File(path, size) }
  }
  return files
}

export const MANIFEST_NAME = 'bundle.json'
const VERSION = 2
const MAX_BYTES = 16 * 1024 * 1024
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const ARCHITECTURE = /^[a-z0-9][a-z0-9_-]{0,63}$/

/**
 * Reads and checks the `bundle.json` of a bundle, of version 2 or 1. Golden vectors may be base64 of little-endian f32,
 * or numbers.
 *
 * @param folder the bundle
 * @throws VmmError NOT_FOUND when there is no manifest; BAD_FILE naming the field that is wrong, and where it is no
 *   regular file or has more than 16 MiB
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_NAME)
  try {
    const text = (await readSmallFile(path, MAX_BYTES)).toString()
    return parseManifest(parseJson(text, `${path}: cannot read`), path)
  } catch (error) {
    throw fileError(path, 'read', error)
  }
}

/**
 * Checks a parsed manifest.
 *
 * @param path for messages
 * @throws VmmError BAD_FILE naming the field
 */
export function parseManifest(json: unknown, path: string): Manifest {
  const field = <T>(ok: boolean, name: string, value: unknown, allowed: string): T => {
    if (!ok) throw new VmmError('BAD_FILE', `${path}: ${name}: got ${describe(value)}; expected ${allowed}`)
    return value as T
  }
  const text = (value: unknown, name: string): string =>
    field(typeof value === 'string' && value !== '', name, value, 'a text')
  const whole = (value: unknown, name: string, least: number, what: string): number =>
    field(Number.isSafeInteger(value) && (value as number) >= least, name, value, what)
  const count = (value: unknown, name: string) => whole(value, name, 1, 'a positive integer')
  const object = (value: unknown, name: string): Record<string, unknown> =>
    field(typeof value === 'object' && value !== null && !Array.isArray(value), name, value, 'an object')

  const given = object(json, 'manifest')
  field(given.version === VERSION || given.version === 1, 'version', given.version, `1 or ${VERSION}`)
  field(isBundleKind(given.kind), 'kind', given.kind, Object.keys(BUNDLE_KINDS).join(', '))
  const kind = given.kind as BundleKind
  const has = BUNDLE_KINDS[kind]
  const isOfVersion = given.version === VERSION || has.firstArchitecture !== null
  field(isOfVersion, 'version', given.version, `${VERSION}, for ${has.a}`)
  const root = given.version === 1 ? upgradeVersion1(given, kind) : given

  const space = (value: unknown): SpaceAbout => {
    const { name, dims, normalised, fingerprint = null } = object(value, 'space')
    const known = fingerprint === null || (typeof fingerprint === 'string' && fingerprint !== '')
    return {
      name: field(isSpace(name), 'space.name', name, "a name such as 'use-lite-512'"),
      dims: count(dims, 'space.dims'),
      normalised: field(typeof normalised === 'boolean', 'space.normalised', normalised, 'true or false'),
      fingerprint: field(known, 'space.fingerprint', fingerprint, 'a text, or null'),
    }
  }
  const tokenizer = (value: unknown): TokenizerAbout => {
    const { kind, file, reserved, start, end } = object(value, 'tokenizer')
    const id = (given: unknown, name: string) =>
      whole(given, `tokenizer.${name}`, 0, 'a whole number of 0 or more')
    return {
      kind: field(kind === 'unigram', 'tokenizer.kind', kind, 'unigram'),
      file: field(
        typeof file === 'string' && Object.hasOwn(files, file),
        'tokenizer.file',
        file,
        'one of files',
      ),
      reserved: count(reserved, 'tokenizer.reserved'),
      start: id(start, 'start'),
      end: id(end, 'end'),
    }
  }

  const files: Record<string, BundleFile> = {}
  for (const [name, value] of Object.entries(object(root.files, 'files'))) {
    field(isFileName(name), 'files', name, 'plain file names')
    const { bytes, sha256 } = object(value, `files.${name}`)
    whole(bytes, `files.${name}.bytes`, 0, 'a size in bytes')
    const hash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
    field(hash, `files.${name}.sha256`, sha256, '64 lower-case hex digits')
    files[name] = { bytes: bytes as number, sha256: sha256 as string }
  }
  const about = has.space ? space(root.space) : undefined
  field(has.space || root.space === undefined, 'space', root.space, `none for ${has.a}`)
  const dtype = text(root.dtype, 'dtype')
  const golden = field<unknown[]>(Array.isArray(root.golden), 'golden', root.golden, 'an array')
  field(about !== undefined || golden.length === 0, 'golden', golden, `none for ${has.a}`)
  return {
    kind,
    architecture: field(
      typeof root.architecture === 'string' && ARCHITECTURE.test(root.architecture),
      'architecture',
      root.architecture,
      "a name such as 'use-lite'",
    ),
    ...(about && { space: about }),
    ...(has.capacity && { capacityTokens: count(root.capacityTokens, 'capacityTokens') }),
    ...(has.tokens && { tokenizer: tokenizer(root.tokenizer) }),
    config: object(root.config, 'config'),
    dtype: field(isFileDtype(dtype), 'dtype', dtype, Object.keys(BYTES).join(', ')),
    files,
    licence: text(root.licence, 'licence'),
    trainingData: text(root.trainingData, 'trainingData'),
    golden: golden.map((entry, i) => {
      const { dims } = about!
      const { text, vector } = object(entry, `golden[${i}]`)
      field(typeof text === 'string', `golden[${i}].text`, text, 'a text')
      const values = vectorOf(vector)
      const finite = values !== null && values.length === dims && values.every(Number.isFinite)
      field(finite, `golden[${i}].vector`, vector, `base64 of ${dims} finite f32, or as many numbers`)
      return { text: text as string, vector: values! }
    }),
  }
}

/** Whether a file of a bundle may have this name: a plain one, other than the manifest's. */
export function isFileName(name: string): boolean {
  return FILE_NAME.test(name) && name !== MANIFEST_NAME
}

/**
 * Writes a bundle's `bundle.json` atomically.
 *
 * @throws VmmError BAD_FILE when the manifest would not be read back, NOT_FOUND when the folder is missing
 */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const golden = manifest.golden.map(({ text, vector }) => ({ text, vector: base64OfVector(vector) }))
  const json = { version: VERSION, ...manifest, golden }
  const path = join(folder, MANIFEST_NAME)
  parseManifest(json, path)
  await atomicWrite(path, [`${JSON.stringify(json, null, 2)}\n`])
}

function vectorOf(value: unknown): Float32Array | null {
  if (typeof value === 'string') return vectorOfBase64(value)
  return Array.isArray(value) && value.every((x) => typeof x === 'number') ? Float32Array.from(value) : null
}
