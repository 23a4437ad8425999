import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, VmmError } from '../core/errors.ts'
import { isSpace, type Space } from '../core/space.ts'
import { atomicWrite, fileError } from '../io/files.ts'
import { sha256File } from '../io/hash.ts'
import { BYTES, type FileDtype, isFileDtype } from '../io/safetensors/dtypes.ts'

/** What a bundle's model does: text -> vector, vector -> next vector, vector -> text. */
export type BundleKind = 'encoder' | 'predictor' | 'inverter'

/** A text and the vector that the model must give for it. */
export type GoldenVector = { readonly text: string; readonly vector: Float32Array }

export type BundleFile = { readonly bytes: number; readonly sha256: string }

/** What `bundle.json` says. */
export type Manifest = {
  readonly kind: BundleKind
  readonly space: Space
  /** Length of the vectors. */
  readonly dims: number
  /** Longest input that counts, in tokens; not for predictors, which read vectors. */
  readonly capacityTokens?: number
  /** What makes the model one of its kind, as plain data; checked by its loader. */
  readonly config?: Readonly<Record<string, unknown>>
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
    files[name] = { bytes: (await stat(path)).size, sha256: await sha256File(path) }
  }
  return files
}

export const MANIFEST_NAME = 'bundle.json'
const VERSION = 1
const KINDS: readonly string[] = ['encoder', 'predictor', 'inverter']
const MAX_BYTES = 16 * 1024 * 1024
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * Reads and checks the `bundle.json` of a bundle. Golden vectors may be base64 of little-endian f32, or numbers.
 *
 * @param folder the bundle
 * @throws VmmError NOT_FOUND when there is no manifest, BAD_FILE naming the field that is wrong
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_NAME)
  try {
    const { size } = await stat(path)
    if (size > MAX_BYTES)
      throw new VmmError('BAD_FILE', `${path}: ${size} bytes; at most ${MAX_BYTES} are read`)
    return parseManifest(JSON.parse(await readFile(path, 'utf8')), path)
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
  const count = (value: unknown, name: string): number =>
    field(Number.isSafeInteger(value) && (value as number) > 0, name, value, 'a positive integer')
  const object = (value: unknown, name: string): Record<string, unknown> =>
    field(typeof value === 'object' && value !== null && !Array.isArray(value), name, value, 'an object')

  const root = object(json, 'manifest')
  field(root.version === VERSION, 'version', root.version, String(VERSION))
  const dims = count(root.dims, 'dims')
  const dtype = text(root.dtype, 'dtype')
  const files: Record<string, BundleFile> = {}
  for (const [name, value] of Object.entries(object(root.files, 'files'))) {
    field(FILE_NAME.test(name) && name !== MANIFEST_NAME, 'files', name, 'plain file names')
    const { bytes, sha256 } = object(value, `files.${name}`)
    field(
      Number.isSafeInteger(bytes) && (bytes as number) >= 0,
      `files.${name}.bytes`,
      bytes,
      'a size in bytes',
    )
    const hash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
    field(hash, `files.${name}.sha256`, sha256, '64 lower-case hex digits')
    files[name] = { bytes: bytes as number, sha256: sha256 as string }
  }
  const golden = field<unknown[]>(Array.isArray(root.golden), 'golden', root.golden, 'an array')
  return {
    kind: field(KINDS.includes(root.kind as string), 'kind', root.kind, KINDS.join(', ')),
    space: field(isSpace(root.space), 'space', root.space, "a name such as 'use-lite-512'"),
    dims,
    ...(root.kind === 'predictor' ? {} : { capacityTokens: count(root.capacityTokens, 'capacityTokens') }),
    ...(root.config === undefined ? {} : { config: object(root.config, 'config') }),
    dtype: field(isFileDtype(dtype), 'dtype', dtype, Object.keys(BYTES).join(', ')),
    files,
    licence: text(root.licence, 'licence'),
    trainingData: text(root.trainingData, 'trainingData'),
    golden: golden.map((entry, i) => {
      const { text, vector } = object(entry, `golden[${i}]`)
      field(typeof text === 'string', `golden[${i}].text`, text, 'a text')
      const values = vectorOf(vector)
      const finite = values !== null && values.length === dims && values.every(Number.isFinite)
      field(finite, `golden[${i}].vector`, vector, `base64 of ${dims} finite f32, or as many numbers`)
      return { text: text as string, vector: values! }
    }),
  }
}

/**
 * Writes a bundle's `bundle.json` atomically.
 *
 * @throws VmmError BAD_FILE when the manifest would not be read back, NOT_FOUND when the folder is missing
 */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const golden = manifest.golden.map(({ text, vector }) => ({ text, vector: base64Of(vector) }))
  const json = { version: VERSION, ...manifest, golden }
  const path = join(folder, MANIFEST_NAME)
  parseManifest(json, path)
  await atomicWrite(path, [`${JSON.stringify(json, null, 2)}\n`])
}

/**
 * Compares the sizes of a bundle's files with its manifest: cheap enough for every load.
 *
 * @throws VmmError NOT_FOUND for a missing file, BAD_FILE for another size
 */
export async function verifySizes(folder: string, manifest: Manifest): Promise<void> {
  for (const [name, { bytes }] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const { size } = await stat(path).catch((error: unknown) => {
      throw fileError(path, 'read', error)
    })
    if (size !== bytes) throw new VmmError('BAD_FILE', `${path}: ${size} bytes; the manifest says ${bytes}`)
  }
}

/**
 * Compares the files of a bundle with its manifest, byte by byte.
 *
 * @throws VmmError NOT_FOUND for a missing file, BAD_FILE for another size or hash
 */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<void> {
  await verifySizes(folder, manifest)
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const hash = await sha256File(path)
    if (hash !== sha256)
      throw new VmmError('BAD_FILE', `${path}: SHA-256 ${hash}; the manifest says ${sha256}`)
  }
}

function base64Of(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

function vectorOf(value: unknown): Float32Array | null {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64')
    return bytes.length % 4 === 0 ? new Float32Array(Uint8Array.from(bytes).buffer) : null
  }
  return Array.isArray(value) && value.every((x) => typeof x === 'number') ? Float32Array.from(value) : null
}
