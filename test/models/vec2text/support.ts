// The tiny pairs of make_vec2text.py, and encoders for them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Encoder } from '../../../lib/core/encoder.ts'
import { type Vectors, vectorsFrom } from '../../../lib/core/vectors.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import type { LoadEncoderOptions } from '../../../lib/models/published/options.ts'
import { type OpenVec2TextOptions, openVec2Text } from '../../../lib/models/vec2text/open.ts'
import { temporaryFolder } from '../../support/folder.ts'

/** The encoder of the pair gtr, and the tokenizer of both. */
export const GTR = join(import.meta.dirname, '../published/goldens/gtr')
export const cacheDir = temporaryFolder()

export function folderOf(pair: string, part = ''): string {
  return join(import.meta.dirname, 'goldens', pair, part)
}

export interface Loop {
  readonly steps: number
  readonly width: number
  readonly stops: boolean
  readonly done: number
  readonly text: string
  readonly cosine: number
  readonly others: readonly string[]
  readonly trail: readonly number[]
}

export interface Golden {
  readonly texts: readonly string[]
  readonly targets: readonly (readonly number[])[]
  readonly runs: readonly {
    readonly hypothesis: { readonly text: string }
    readonly loops: readonly Loop[]
    readonly nats: number
  }[]
  readonly longest: number
  /** What the corrector's encoder makes of the first target and its hypothesis. */
  readonly first: {
    readonly ids: readonly number[]
    readonly guess: readonly number[]
    readonly encoded: readonly (readonly number[])[]
    readonly mask: readonly number[]
  }
}

export function goldenOf(pair: string): Golden {
  return JSON.parse(readFileSync(join(folderOf(pair), 'golden.json'), 'utf8')) as Golden
}

export function rawEncoder(options: LoadEncoderOptions = {}): Promise<Encoder> {
  return loadEncoder(GTR, { cacheDir, head: false, maxTokens: 16, storage: 'f32', ...options })
}

/** Stands in for a service: vectors of unit length that are longer than the model is wide. */
export async function longEncoder(): Promise<Encoder> {
  const base = await rawEncoder()
  return {
    ...base,
    dims: 48,
    space: 'long-48',
    encodeTokens: null,
    encode: async (texts, options) => {
      const { vectors, truncated, tokens } = await base.encode(texts, options)
      const rows = Array.from(vectors, (row) => {
        const long = Float32Array.from({ length: 48 }, (_, i) => (i < 32 ? row[i]! : row[i - 32]! ** 2))
        const length = Math.hypot(...long)
        return long.map((x) => x / length)
      })
      return { vectors: vectorsFrom(rows, 48, 'long-48'), truncated, tokens }
    },
  }
}

/** A pair with its encoder and the targets of its golden file. */
export async function opened(pair: string, options: OpenVec2TextOptions = {}) {
  const encoder = options.encoder ?? (await (pair === 'gtr' ? rawEncoder() : longEncoder()))
  const folder = folderOf(pair, 'corrector')
  const inverter = await openVec2Text(
    { name: folder, folder },
    { cacheDir, tokenizer: GTR, ...options, encoder },
  )
  const { targets } = goldenOf(pair)
  const vectors: Vectors = vectorsFrom(
    targets.map((target) => Float32Array.from(target)),
    encoder.dims,
    encoder.space,
  )
  const dispose = () => {
    inverter.dispose()
    encoder.dispose()
  }
  return { inverter, vectors, encoder, [Symbol.dispose]: dispose }
}
