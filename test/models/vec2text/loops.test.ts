// vec2text's loops on tiny models against PyTorch: make_vec2text.py.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Encoder } from '../../../lib/core/encoder.ts'
import { vectorsFrom } from '../../../lib/core/vectors.ts'
import { loadEncoder } from '../../../lib/models/load_encoder.ts'
import { openVec2Text } from '../../../lib/models/vec2text/open.ts'
import { temporaryFolder } from '../../support/folder.ts'

const GTR = join(import.meta.dirname, '../published/goldens/gtr')
const cacheDir = temporaryFolder()
const folderOf = (name: string) => join(import.meta.dirname, 'goldens', name)

interface Loop {
  readonly steps: number
  readonly width: number
  readonly stops: boolean
  readonly done: number
  readonly text: string
  readonly cosine: number
  readonly others: readonly string[]
  readonly trail: readonly number[]
}

interface Golden {
  readonly texts: readonly string[]
  readonly targets: readonly (readonly number[])[]
  readonly runs: readonly {
    readonly hypothesis: { readonly text: string }
    readonly loops: readonly Loop[]
  }[]
  readonly longest: number
}

const goldenOf = (name: string) =>
  JSON.parse(readFileSync(join(folderOf(name), 'golden.json'), 'utf8')) as Golden

const rawEncoder = () => loadEncoder(GTR, { cacheDir, head: false, maxTokens: 16, storage: 'f32' })

/** Stands in for a service: vectors of unit length that are longer than the model is wide. */
async function longEncoder(): Promise<Encoder> {
  const base = await rawEncoder()
  return {
    ...base,
    dims: 48,
    space: 'long-48',
    encode: async (texts, options) => {
      const { vectors, truncated } = await base.encode(texts, options)
      const rows = Array.from(vectors, (row) => {
        const long = Float32Array.from({ length: 48 }, (_, i) => (i < 32 ? row[i]! : row[i - 32]! ** 2))
        const length = Math.hypot(...long)
        return long.map((x) => x / length)
      })
      return { vectors: vectorsFrom(rows, 48, 'long-48'), truncated }
    },
  }
}

async function open(name: string, given?: Encoder) {
  const encoder = given ?? (await (name === 'gtr' ? rawEncoder() : longEncoder()))
  const folder = join(folderOf(name), 'corrector')
  const inverter = await openVec2Text({ name: folder, folder }, { encoder, cacheDir, tokenizer: GTR })
  const { targets } = goldenOf(name)
  const vectors = vectorsFrom(
    targets.map((target) => Float32Array.from(target)),
    encoder.dims,
    encoder.space,
  )
  return {
    inverter,
    vectors,
    encoder,
    [Symbol.dispose]: () => {
      inverter.dispose()
      encoder.dispose()
    },
  }
}

for (const name of ['gtr', 'ada'])
  test(`${name}: every loop gives the texts of the original`, async () => {
    const { runs, longest } = goldenOf(name)
    using own = await open(name)
    const { inverter, vectors } = own
    const maxTokens = longest - 1
    const first = await inverter.invert(vectors, { steps: 0, maxTokens })
    assert.equal(
      first.map(({ best }) => best!.text),
      runs.map(({ hypothesis }) => hypothesis.text),
    )
    for (const [l, { steps, width, stops }] of runs[0]!.loops.entries()) {
      const options = { steps, beam: Math.max(1, width), earlyStop: stops, maxTokens, candidates: 64 }
      const found = await inverter.invert(vectors, options)
      for (const [i, { best, candidates, curve }] of found.entries()) {
        const expected = runs[i]!.loops[l]!
        const what = `${i}: ${steps} steps, beam ${width}`
        assert.is(best!.text, expected.text, what)
        assert.ok(
          Math.abs(best!.cosine - expected.cosine) < 1e-5,
          `${what}: ${best!.cosine}, not ${expected.cosine}`,
        )
        assert.equal(
          candidates.map(({ text }) => text),
          width === 0 ? expected.others.slice(0, 1) : expected.others,
          what,
        )
        assert.is(curve.length - 1, expected.done, what)
        for (const [step, cosine] of expected.trail.entries())
          assert.ok(Math.abs(curve[step + 1]!.cosine - cosine) < 1e-5, what)
      }
    }
  })

test.run()
