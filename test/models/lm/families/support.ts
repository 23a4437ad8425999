// A family of language models over the weights of a folder, without what loads, packs and searches.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, toFloat32 } from '../../../../lib/graph/program.ts'
import { type BindingSpec, trace } from '../../../../lib/graph/trace.ts'
import type { Value } from '../../../../lib/graph/value.ts'
import { readJsonFields } from '../../../../lib/io/json_fields.ts'
import { weightsOf } from '../../../../lib/layers/weights.ts'
import type { LanguageConfig, LanguageFamily } from '../../../../lib/models/lm/families/define.ts'
import { linear } from '../../../../lib/ops/index.ts'
import { createTensor, readTensor } from '../../../../lib/tensor/device_tensor.ts'
import { count } from '../../../../lib/tensor/shape.ts'
import { openCheckpoint } from '../../../../lib/weights/checkpoint.ts'
import { mapWeights } from '../../../../lib/weights/map.ts'

const GOLDENS = join(import.meta.dirname, '../published/goldens')

/** The golden file of a folder, and its tensors as plain rows. */
export async function goldenOf<T>(name: string) {
  const golden = JSON.parse(readFileSync(join(GOLDENS, name, 'golden.json'), 'utf8')) as T
  const mapped = await mapWeights(join(GOLDENS, name, 'golden.safetensors'))
  const tensors = new Map(
    [...mapped].map(([key, tensor]) => [key, Float32Array.from(readTensor(tensor) as Float32Array)]),
  )
  for (const tensor of mapped.values()) tensor.dispose()
  return { golden, tensor: (key: string) => tensors.get(key)! }
}

/** A decoding of sequences that are given tokens, as an engine does it: states are kept here. */
export async function openFamily(
  family: LanguageFamily,
  folder: string,
  sequences: number,
  capacity: number,
) {
  const path = join(GOLDENS, folder)
  const config = family.config(await readJsonFields(join(path, 'config.json')))
  const weights = await weightsIn(family, config, path)
  const specs = Object.fromEntries(
    Object.entries(weights).map(([name, { shape }]): [string, BindingSpec] => [
      name,
      { kind: 'weight', dtype: 'f32', shape },
    ]),
  )
  const states: Record<string, ReturnType<typeof createTensor>> = {}
  const stateSpecs: Record<string, BindingSpec> = {}
  for (const [name, { kind, shape }] of Object.entries(family.states(config))) {
    const lead = { tokens: [sequences, capacity], sequence: [sequences], memory: [1, capacity] }[kind]
    const tensor = createTensor('f32', [...lead, ...shape])
    states[`state.${name}`] = tensor
    stateSpecs[`state.${name}`] = { kind: 'state', dtype: 'f32', shape: tensor.shape }
  }
  const ints = (...shape: number[]): BindingSpec => ({ kind: 'input', dtype: 'i32', shape })
  const lengths = new Array<number>(sequences).fill(0)
  let memory = new Int32Array(2 * sequences)
  const stateValues = (values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.keys(family.states(config)).map((name) => [name, values[`state.${name}`]!]))
  const renamed = (made: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(made).map(([name, value]) => [`state.${name}`, value]))

  return {
    config,
    /** Encodes prompts into the states of kind `memory`. */
    encode: async (prompts: readonly (readonly number[])[]) => {
      const packed = pack(prompts)
      const rows = packed.ids.length
      const program = compile(
        trace(
          { ...specs, ids: ints(rows), positions: ints(rows), offsets: ints(prompts.length + 1) },
          (values) => ({
            outputs: family.encode!(config, weightsOf(values), {
              ids: values.ids!,
              positions: values.positions!,
              offsets: values.offsets!,
            }),
          }),
        ),
      )
      const outputs = await program.run({ ...weights, ...packed }, { scalars: {} })
      program.dispose()
      for (const [name, output] of Object.entries(outputs)) {
        const state = states[`state.${name}`]!
        const all = new Float32Array(count(state.shape))
        all.set(toFloat32(output))
        states[`state.${name}`] = createTensor('f32', state.shape, all)
        state.dispose()
      }
      memory = Int32Array.from(prompts.flatMap((_, i) => [packed.offsets[i]!, packed.offsets[i + 1]!]))
    },
    /** The logits after each of the next tokens of each sequence. */
    advance: async (next: readonly (readonly number[])[]): Promise<Float32Array> => {
      const { ids, offsets } = pack(next)
      const rows = ids.length
      const row = next.flatMap((tokens, s) => tokens.map((_, t) => [s, lengths[s]! + t] as const))
      const inputs = {
        ids,
        offsets,
        sequences: Int32Array.from(row, ([s]) => s),
        positions: Int32Array.from(row, ([, position]) => position),
        seen: Int32Array.from(
          next.flatMap((tokens, s) => [s * capacity, s * capacity + lengths[s]! + tokens.length]),
        ),
        memory,
      }
      const bindings = {
        ...specs,
        ...stateSpecs,
        ids: ints(rows),
        positions: ints(rows),
        sequences: ints(rows),
        offsets: ints(sequences + 1),
        seen: ints(sequences, 2),
        memory: ints(sequences, 2),
      }
      const program = compile(
        trace(bindings, (values: Readonly<Record<string, Value>>) => {
          const w = weightsOf(values)
          const made = family.advance(config, w, {
            ids: values.ids!,
            positions: values.positions!,
            sequences: values.sequences!,
            offsets: values.offsets!,
            seen: values.seen!,
            memory: family.encode === null ? null : values.memory!,
            states: stateValues(values),
          })
          const logits = linear({ x: made.hidden, weight: w.get('head.weight') })
          return { outputs: { logits }, updates: renamed(made.states) }
        }),
      )
      const outputs = await program.run({ ...weights, ...states, ...inputs }, { scalars: {} })
      program.dispose()
      for (const [s, tokens] of next.entries()) lengths[s]! += tokens.length
      return toFloat32(outputs.logits!)
    },
    dispose: () => {
      for (const tensor of [...Object.values(weights), ...Object.values(states)]) tensor.dispose()
    },
  }
}

async function weightsIn(family: LanguageFamily, config: LanguageConfig, path: string) {
  using checkpoint = await openCheckpoint(
    ['model.safetensors', 'pytorch_model.bin'].map((file) => join(path, file)).filter(exists)[0]!,
  )
  const tensors: Record<string, ReturnType<typeof createTensor>> = {}
  const specs = family.parameters(config)
  const plain = (original: string) => {
    using tensor = checkpoint.tensor(original)
    return createTensor('f32', tensor.shape, Float32Array.from(readTensor(tensor) as Float32Array))
  }
  for (const original of checkpoint.names) {
    const name = family.tensors(original)
    if (name !== null && name in specs && !(name in tensors)) tensors[name] = plain(original)
  }
  const tied = family.tied(config)
  if (tied !== null && !('head.weight' in tensors)) {
    const { shape } = tensors[tied]!
    tensors['head.weight'] = createTensor('f32', shape, readTensor(tensors[tied]!) as Float32Array)
  }
  for (const [name, { shape }] of Object.entries(specs))
    if (tensors[name]?.shape.join() !== shape.join())
      throw new Error(`${name}: ${tensors[name]?.shape}, not ${shape}`)
  return tensors
}

function exists(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

function pack(texts: readonly (readonly number[])[]) {
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, tokens] of texts.entries()) offsets[i + 1] = offsets[i]! + tokens.length
  const positions = texts.flatMap((tokens) => tokens.map((_, t) => t))
  return { ids: Int32Array.from(texts.flat()), positions: Int32Array.from(positions), offsets }
}

/** The largest difference of two rows of numbers. */
export function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0)
}
