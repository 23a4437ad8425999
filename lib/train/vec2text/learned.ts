import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { badArgument, describe, VmmError } from '../../core/errors.ts'
import type { CallOptions } from '../../core/run_options.ts'
import { parseJson } from '../../io/json.ts'
import { type JsonFields, readJsonFields } from '../../io/json_fields.ts'
import { readSmallFile } from '../../io/read.ts'
import { type T5Config, t5Config } from '../../models/lm/families/t5/config.ts'
import { t5Parameters, t5Tensor } from '../../models/lm/families/t5/family.ts'
import { WORDS } from '../../models/lm/families/t5/forward.ts'
import { CONFIG_FILE } from '../../models/published/modules.ts'
import { publishedWeights } from '../../models/published/weights.ts'
import { KINDS, type Vec2TextConfig, vec2textConfig, vec2textTensor } from '../../models/vec2text/config.ts'
import { vec2textParameters } from '../../models/vec2text/parameters.ts'
import { cast } from '../../ops/index.ts'
import { readTensor } from '../../tensor/device_tensor.ts'
import { type Checkpoint, openCheckpoint } from '../../weights/checkpoint.ts'
import { convertTensors } from '../../weights/convert.ts'
import type { ParameterSpecs } from '../../weights/specs.ts'

/** A published model that training goes on with. */
export interface LearnedVec2Text {
  /** Null where it is of the other stage, or T5 itself: T5 alone is taken from it then. */
  readonly config: Vec2TextConfig | null
  readonly t5: T5Config
  /** What its config.json says; nothing of T5's own. */
  readonly about: Readonly<Record<string, unknown>>
  /** f32, by the names of the parameters; of T5 alone where it has no config. */
  readonly weights: Readonly<Record<string, Float32Array>>
  /** Of the weights. */
  readonly fingerprint: string
}

const T5_TYPE = 't5'
const MOST_BYTES = 1 << 24

/**
 * Reads the model of a folder for a stage.
 *
 * @throws VmmError NOT_FOUND, BAD_FILE naming file and tensor; UNSUPPORTED for another architecture, and for T5 of a kind that
 *   models of vec2text cannot tell
 */
export async function readLearned(
  folder: string,
  stage: Vec2TextConfig['kind'],
  run: CallOptions,
): Promise<LearnedVec2Text> {
  const json = await readJsonFields(join(folder, CONFIG_FILE))
  const [architecture] = json.texts('architectures')
  const isOwn = architecture !== undefined && Object.hasOwn(KINDS, architecture)
  if (!isOwn && json.raw('model_type') !== T5_TYPE)
    throw new VmmError(
      'UNSUPPORTED',
      `${json.name}: got ${describe(architecture ?? json.raw('model_type'))}; expected ${Object.keys(KINDS).join(', ')} or T5`,
      { argument: 'from' },
    )
  using checkpoint = await openCheckpoint(folder)
  const found = isOwn ? vec2textConfig(json, checkpoint) : null
  const config = found?.kind === stage ? found : null
  const t5 = found?.t5 ?? tellable(t5Config(json), json)
  const specs: ParameterSpecs = config ? vec2textParameters(config) : t5Parameters(t5)
  const nameOf = isOwn ? vec2textTensor : t5Tensor
  const rename = (original: string) => {
    const name = nameOf(original)
    // What the other stage unfolds vectors with is no part of T5.
    return name !== null && found !== null && config === null && !Object.hasOwn(specs, name) ? null : name
  }
  const weights = await readWeights(checkpoint, folder, { specs, rename, t5 }, run)
  const hash = createHash('sha256')
  for (const [name, values] of Object.entries(weights))
    hash.update(`${name}\n`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  const about = isOwn ? await readAbout(json.name) : {}
  return { config, t5, about, weights, fingerprint: hash.digest('hex') }
}

async function readAbout(path: string): Promise<Record<string, unknown>> {
  return parseJson((await readSmallFile(path, MOST_BYTES)).toString(), path) as Record<string, unknown>
}

/** T5 must be of a kind that its tensors tell, as configs of vec2text say nothing of it. */
function tellable(t5: T5Config, json: JsonFields): T5Config {
  const { gated, isTied, activation, normEps } = t5
  const isFirst = !gated && isTied && activation === 'relu'
  const isLater = gated && !isTied && activation === 'gelu_tanh'
  if ((isFirst || isLater) && normEps === 1e-6) return t5
  throw new VmmError(
    'UNSUPPORTED',
    `${json.name}: neither T5 with relu and a tied head nor version 1.1 with gates of gelu and a head of its own`,
    { argument: 'from' },
  )
}

async function readWeights(
  checkpoint: Checkpoint,
  folder: string,
  from: {
    readonly specs: ParameterSpecs
    readonly rename: (name: string) => string | null
    readonly t5: T5Config
  },
  run: CallOptions,
): Promise<Record<string, Float32Array>> {
  const { specs, rename, t5 } = from
  const head = { weight: 'head.weight', tied: t5.isTied ? WORDS : null }
  const found: Record<string, Float32Array> = {}
  for (const { name, shape, original } of publishedWeights(
    specs,
    [{ checkpoint, folder, rename }],
    'f32',
    head,
  )) {
    if (name === head.weight && head.tied !== null) continue
    run.signal?.throwIfAborted()
    using tensor = checkpoint.tensor(original)
    const convert = { name, from: tensor, dtype: 'f32', shape } as const
    const made =
      tensor.dtype === 'f32'
        ? null
        : await convertTensors([{ ...convert, convert: (x) => cast({ x }, { to: 'f32' }) }], run)
    try {
      found[name] = Float32Array.from(readTensor(made?.[name] ?? tensor) as Float32Array)
    } finally {
      made?.[name]?.dispose()
    }
  }
  return found
}

/** Throws VmmError BAD_ARGUMENT for a size that is given beside a model that has it. */
export function refuseSizes(given: object, learned: LearnedVec2Text | null): void {
  if (learned === null) return
  const free = learned.config ? [] : ['bottleneck', 'repeats', 'maxTokens']
  for (const key of Object.keys(given))
    if (!free.includes(key))
      throw badArgument(`model.${key}`, 'a key', 'none beside `from`: sizes are those of that model')
}
