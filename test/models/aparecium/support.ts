// The tiny checkpoint that goldens/make_aparecium.py wrote, and what PyTorch makes of it.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Vectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import { writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import type { ApareciumParts } from '../../../lib/models/aparecium/inverter.ts'
import {
  type OpenApareciumOptions,
  openAparecium,
  openApareciumParts,
} from '../../../lib/models/aparecium/open.ts'
import type { Inverter } from '../../../lib/models/inverter/inverter.ts'
import { readTensor } from '../../../lib/tensor/device_tensor.ts'
import { openCheckpoint } from '../../../lib/weights/checkpoint.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { temporaryFolder } from '../../support/folder.ts'

type Rows = readonly (readonly number[])[]

export const golden: {
  readonly sizes: Readonly<
    Record<'dims' | 'dModel' | 'memoryDims' | 'heads' | 'vocabulary' | 'maxTokens', number>
  >
  readonly vectors: Rows
  readonly memory: readonly Rows[]
  /** Token ids of two texts behind the start token; the first logits of each place, and log-probabilities of as many. */
  readonly ids: Rows
  readonly logits: readonly Rows[]
  readonly logProbs: readonly Rows[]
  /** The same without the start token. */
  readonly apart: readonly Rows[]
  /** What follows "." where nothing is before it, for each of two vectors: of all tokens. */
  readonly opening: Rows
  readonly plans: Rows
  /** Texts, as their tokens are read, and how near the surrogate guesses that they are to the first vector. */
  readonly texts: readonly string[]
  readonly read: Rows
  readonly cosines: readonly number[]
  /** For each vector what the original's search ends with, the start token included. */
  readonly original: readonly {
    readonly texts: readonly string[]
    readonly ids: Rows
    readonly logProbs: readonly number[]
  }[]
} = JSON.parse(readFileSync(new URL('goldens/golden.json', import.meta.url), 'utf8'))

export const FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'goldens/tiny')
export const CHECKPOINT = join(FOLDER, 'aparecium_v2_s1.pt')
export const SURROGATE = join(FOLDER, 'r_best.pt')

const cacheDir = temporaryFolder()
const { heads, maxTokens, dims } = golden.sizes

/** What the tiny checkpoint says nothing of. */
export const TINY = { heads, maxTokens, cacheDir, tokenizer: FOLDER } as const

export const tinyAparecium = (options: OpenApareciumOptions = {}): Promise<Inverter> =>
  openAparecium(CHECKPOINT, { encoder: bagOfWords(), ...TINY, ...options })

export const tinyParts = (options: OpenApareciumOptions = {}): Promise<ApareciumParts> =>
  openApareciumParts(CHECKPOINT, { encoder: bagOfWords(), ...TINY, ...options })

export const rows: readonly Float32Array[] = golden.vectors.map((row) => Float32Array.from(row))
export const vectors: Vectors = vectorsFrom([...rows], dims, 'bag-32')

/** Some of the vectors, by their places. */
export const some = (...places: readonly number[]): Vectors =>
  vectorsFrom(
    places.map((place) => rows[place]!),
    dims,
    'bag-32',
  )

interface Stored {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** The tensors of a checkpoint. */
export async function storedTensors(path: string): Promise<Record<string, Stored>> {
  using checkpoint = await openCheckpoint(path)
  return Object.fromEntries(
    checkpoint.names.map((name) => {
      using tensor = checkpoint.tensor(name)
      return [name, { shape: tensor.shape, data: readTensor(tensor) as Float32Array }]
    }),
  )
}

const alterations = temporaryFolder()
let alteration = 0

/** The path of a checkpoint with some tensors changed: null leaves one out. */
export async function altered(
  changes: Readonly<Record<string, Stored | null>>,
  path: string = CHECKPOINT,
): Promise<string> {
  const target = join(alterations, `${alteration++}.safetensors`)
  const all = Object.entries({ ...(await storedTensors(path)), ...changes })
  await writeSafetensors(
    target,
    all.flatMap(([name, stored]) => (stored === null ? [] : [{ name, dtype: 'F32' as const, ...stored }])),
  )
  return target
}

export const zeros = (...shape: readonly number[]): Stored => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
})

/** The largest difference of two arrays of numbers. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = Math.abs(a.length - b.length)
  for (let i = 0; i < b.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}
