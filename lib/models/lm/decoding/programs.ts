import type { Model } from '../../../graph/program_cache.ts'
import type { BindingSpec } from '../../../graph/trace.ts'
import type { Value } from '../../../graph/value.ts'
import { type Weights, weightsOf } from '../../../layers/weights.ts'
import { cacheAppend, crossEntropy, gather, reshape } from '../../../ops/index.ts'
import type { Compute } from '../../../ops/matmul.ts'
import { count, type Shape } from '../../../tensor/shape.ts'
import type { Advanced, LanguageConfig, LanguageFamily } from '../families/define.ts'
import { headLogits, type Telling, tellNext } from './next_logits.ts'
import { type DecodingSize, hasKind, stateBindings, stateName } from './states.ts'

/** A program over the next tokens of sequences. */
export interface AdvanceConfig {
  readonly model: LanguageConfig
  /** What is told; `scores` for the surprise of targets; null where nothing is asked. */
  readonly tells: Telling | 'scores' | null
}

/** The traced functions of a model. Each is one object as long as the model lives, so that programs are found again. */
export interface LanguagePrograms {
  readonly advance: Model<AdvanceConfig>
  readonly copy: Model<LanguageConfig>
  readonly encode: Model<LanguageConfig>
}

/** A model by what its programs follow from. */
interface Described {
  readonly family: LanguageFamily
  readonly config: LanguageConfig
}

const indices = (shape: Shape, live?: string): BindingSpec => ({
  kind: 'input',
  dtype: 'i32',
  shape,
  ...(live === undefined ? {} : { live }),
})

const packed = (rows: number, sequences: number) => ({
  ids: indices([rows], 'rows'),
  positions: indices([rows], 'rows'),
  offsets: indices([sequences + 1]),
})

/**
 * Bindings of `advance` beside the weights: NextTokens without states, for at most `rows` tokens; `last` i32 [asked], the rows
 * after which something is asked, and what tellNext reads for each; or `targets` i32 [asked], the token after each.
 */
export function advanceBindings(
  { family, config }: Described,
  size: DecodingSize,
  { rows, asked }: { readonly rows: number; readonly asked: number },
  tells: AdvanceConfig['tells'],
): Record<string, BindingSpec> {
  const { sequences } = size
  const bindings: Record<string, BindingSpec> = {
    ...packed(rows, sequences),
    ...stateBindings(family.states(config), size, ['tokens', 'sequence', 'memory']),
    sequences: indices([rows], 'rows'),
    seen: indices([sequences, 2]),
    ...(family.encode === null ? {} : { memory: indices([sequences, 2]) }),
  }
  if (tells === null) return bindings
  const last = indices([asked], 'asked')
  if (tells === 'scores') return { ...bindings, last, targets: indices([asked], 'asked') }
  const { penalised, tellsAll } = tells
  const number: BindingSpec = { kind: 'input', dtype: 'f32', shape: [1] }
  return {
    ...bindings,
    last,
    ...(penalised === 0
      ? {}
      : {
          tokensSeen: indices([asked, penalised], 'asked'),
          counts: { kind: 'input', dtype: 'f32', shape: [asked, penalised], live: 'asked' },
          penalty: number,
        }),
    ...(tellsAll ? { sharpness: number } : {}),
  }
}

/** Bindings of `copy`: what moves to where; see Decoding.copy. */
export function copyBindings(
  { family, config }: Described,
  size: DecodingSize,
  rows: number,
): Record<string, BindingSpec> {
  const states = family.states(config)
  return {
    ...stateBindings(states, size, ['tokens', 'sequence']),
    ...(hasKind(states, 'tokens')
      ? {
          from: indices([rows], 'rows'),
          slot: indices([rows], 'rows'),
          position: indices([rows], 'rows'),
        }
      : {}),
    ...(hasKind(states, 'sequence') ? { parents: indices([size.sequences]) } : {}),
  }
}

/** Bindings of `encode` beside the weights: PackedIds, and `place` i32 [rows], where each row of the memory goes. */
export function encodeBindings(
  { family, config }: Described,
  size: DecodingSize,
  rows: number,
  prompts: number,
): Record<string, BindingSpec> {
  return {
    ...packed(rows, prompts),
    ...stateBindings(family.states(config), size, ['memory']),
    slot: indices([rows], 'rows'),
    place: indices([rows], 'rows'),
  }
}

export function languagePrograms(family: LanguageFamily, compute: Compute): LanguagePrograms {
  return {
    advance: ({ model, tells }, values) => {
      const w = weightsOf(values, '', compute)
      const { hidden, states } = advanced(family, model, w)
      const updates = named(states)
      if (tells === null) return { outputs: {}, updates }
      const logits = headLogits(w, gather({ x: hidden, index: w.get('last') }), model.vocabulary)
      return {
        outputs:
          tells === 'scores'
            ? { surprise: crossEntropy({ logits, targets: w.get('targets') }) }
            : tellNext(logits, w, tells),
        updates,
      }
    },
    copy: (model, values) => {
      const w = weightsOf(values)
      const moved = Object.entries(family.states(model)).flatMap(([name, { kind }]): [string, Value][] => {
        if (kind === 'memory') return []
        const state = w.get(stateName(name))
        const [first, second] = state.shape as [number, number]
        if (kind === 'sequence') {
          const flat = reshape(state, [first, count(state.shape.slice(1))])
          return [[name, reshape(gather({ x: flat, index: w.get('parents') }), state.shape)]]
        }
        const rows = reshape(state, [first * second, state.shape[2]!])
        const x = gather({ x: rows, index: w.get('from') })
        return [[name, cacheAppend({ cache: state, x, slot: w.get('slot'), position: w.get('position') })]]
      })
      return { outputs: {}, updates: named(Object.fromEntries(moved)) }
    },
    encode: (model, values) => {
      const w = weightsOf(values, '', compute)
      const rows = family.encode!(model, w, {
        ids: w.get('ids'),
        positions: w.get('positions'),
        offsets: w.get('offsets'),
      })
      const at = { slot: w.get('slot'), position: w.get('place') }
      const put = Object.entries(rows).map(([name, x]): [string, Value] => [
        name,
        cacheAppend({ cache: w.get(stateName(name)), x, ...at }),
      ])
      return { outputs: {}, updates: named(Object.fromEntries(put)) }
    },
  }
}

function advanced(family: LanguageFamily, model: LanguageConfig, w: Weights): Advanced {
  return family.advance(model, w, {
    ids: w.get('ids'),
    positions: w.get('positions'),
    offsets: w.get('offsets'),
    sequences: w.get('sequences'),
    seen: w.get('seen'),
    memory: w.find('memory'),
    states: Object.fromEntries(
      Object.keys(family.states(model)).map((name) => [name, w.get(stateName(name))]),
    ),
  })
}

function named(states: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(states).map(([name, value]) => [stateName(name), value]))
}
