import type { RunOptions } from '../../../core/run_options.ts'
import { toFloat32 } from '../../../graph/program.ts'
import { clearTensor, createTensor, type DeviceTensor } from '../../../tensor/device_tensor.ts'
import type { StateSpec } from '../families/define.ts'
import type { LanguageNetwork } from '../network.ts'
import type { Telling } from './next_logits.ts'
import { type AskedRow, type PackedRows, type Part, packRows } from './packed_rows.ts'
import { type AdvanceConfig, advanceBindings, copyBindings, encodeBindings } from './programs.ts'
import type { SpareStates } from './spare_states.ts'
import { type DecodingSize, hasKind, stateName, stateShape } from './states.ts'

/** What may come next in a sequence. */
export interface NextLogits {
  /** The likeliest tokens, best first, and their logits after penalties. */
  readonly tokens: Int32Array
  readonly values: Float32Array
  /** The logits of these tokens as the model gives them; and of all tokens, where they are told. */
  readonly raw: Float32Array
  readonly all: Float32Array | null
  /** ln Σ exp(logit) of all, as the model gives them; and after penalties, times `sharpness`, where they are told. */
  readonly logSum: number
  readonly spread: number
}

/** What is asked after the last token of a part. */
export interface Question {
  readonly telling: Telling
  /** 1 / temperature. */
  readonly sharpness: number
  /**
   * The penalty of tokens that were there, and these, at most `telling.penalised` of them: for each part, after each token of it
   * after which it is asked. Null where none are punished.
   */
  readonly penalty: number
  readonly seen: readonly (readonly (readonly number[])[])[] | null
}

/** A part whose tokens are followed by known ones. */
export interface ScoredPart extends Part {
  /** The token after each, from token `from` on. */
  readonly targets: ArrayLike<number>
  readonly from: number
}

/** A part of which it is told what may follow each token, from token `from` on. */
export interface VerifiedPart extends Part {
  readonly from: number
}

/** Sequences that are read and written side by side. */
export interface Decoding extends Disposable {
  /** Tokens that each sequence has. */
  readonly lengths: readonly number[]
  /** Reads prompts with the encoder, packed: sequence s sees the memory of prompt `promptOf[s]`. */
  encode(
    prompts: readonly ArrayLike<number>[],
    promptOf: readonly number[],
    options: RunOptions,
  ): Promise<void>
  /** Reads more tokens, one part of a sequence at most; gives what may follow each part. */
  read(parts: readonly Part[], question: Question, options: RunOptions): Promise<NextLogits[]>
  /** The same for each of the last tokens of the parts, by its place from `from` on. */
  verify(parts: readonly VerifiedPart[], question: Question, options: RunOptions): Promise<NextLogits[][]>
  /** The surprise in nats of what follows some tokens of the parts. */
  score(parts: readonly ScoredPart[], options: RunOptions): Promise<Float32Array[]>
  /** Makes sequences equal to others, none of which is written to at the same time. */
  copy(moves: readonly { readonly from: number; readonly to: number }[], options: RunOptions): Promise<void>
  /**
   * Makes a sequence what it was when it had so many tokens. Only a model that keeps a row for each token can: `forgets` says
   * whether this one does.
   */
  forget(sequence: number, length: number): void
  readonly forgets: boolean
  /** Lets all sequences begin anew. */
  restart(): void
}

/** Rows of a run: few sizes, so that few programs are compiled; kernels stop at the live rows. */
const ROWS = [64, 512] as const
/** Likewise where each row has logits of its own, which take much memory. */
const SCORED_ROWS = 128
/** Likewise where something may be asked after each row. */
export const VERIFIED_ROWS = 64

const sizeFor = (sizes: readonly number[], n: number) => sizes.find((size) => size >= n) ?? sizes.at(-1)!

/**
 * Begins to decode; the states of all sequences are those of no tokens.
 *
 * @param spare where states come from that may hold what others have left, and where they are left
 */
export function openDecoding(network: LanguageNetwork, size: DecodingSize, spare?: SpareStates): Decoding {
  const { family, config, weights, programs, traced } = network
  const specs = family.states(config)
  const states: Record<string, DeviceTensor> = {}
  const bound: Record<string, DeviceTensor> = { ...weights.tensors }
  const begin = (kinds: readonly StateSpec['kind'][]) => {
    for (const [name, spec] of Object.entries(specs)) {
      if (!kinds.includes(spec.kind)) continue
      const key = stateName(name)
      states[key]?.dispose()
      const shape = stateShape(spec, size)
      const state = spare?.take(spec.dtype, shape) ?? createTensor(spec.dtype, shape)
      // Rows of tokens are written before they are looked at.
      if (spare !== undefined && spec.kind === 'sequence') clearTensor(state)
      states[key] = bound[key] = state
    }
  }
  const [hasRows, hasRest] = [hasKind(specs, 'tokens'), hasKind(specs, 'sequence')]
  begin(['tokens', 'sequence', 'memory'])
  const lengths = Array.from({ length: size.sequences }, () => 0)
  const tokensOf = lengths.map((): number[] => [])
  const memory = new Int32Array(2 * size.sequences)
  const described = new Map<string, { config: AdvanceConfig; bindings: ReturnType<typeof advanceBindings> }>()

  const run = async (
    { rows, inputs }: PackedRows,
    tells: AdvanceConfig['tells'],
    most: { readonly rows: number; readonly asked: number },
    more: Readonly<Record<string, Int32Array | Float32Array>>,
    asked: number,
    options: RunOptions,
  ) => {
    const key = `${JSON.stringify(tells)} ${most.rows} ${most.asked}`
    const found = described.get(key) ?? {
      config: { model: config, tells },
      bindings: { ...weights.specs, ...advanceBindings(network, size, most, tells) },
    }
    described.set(key, found)
    const program = programs.get(traced.advance, found.config, found.bindings)
    // Not a spread: a hundred names anew for each step are most of its garbage.
    const all = Object.assign(Object.create(bound) as typeof bound, inputs, more, { memory })
    return program.run(all, { ...options, scalars: tells === null ? { rows } : { rows, asked } })
  }

  const remember = (parts: readonly Part[]) => {
    if (!hasRows) return
    for (const { sequence, tokens } of parts)
      for (let i = 0; i < tokens.length; i++) tokensOf[sequence]!.push(tokens[i]!)
  }

  const tell = async (
    parts: readonly Part[],
    question: Question,
    sizes: readonly number[],
    mostAsked: number,
    options: RunOptions,
  ): Promise<NextLogits[][]> => {
    const { telling } = question
    const { k, tellsAll } = telling
    const answers = parts.map((): NextLogits[] => [])
    remember(parts)
    for (const packed of packRows(parts, lengths, size.capacity, (left) => sizeFor(sizes, left))) {
      const { asked } = packed
      const tells = asked.length === 0 ? null : telling
      const most = { rows: sizeFor(sizes, packed.rows), asked: mostAsked }
      const more = tells === null ? {} : questionInputs(question, asked)
      const outputs = await run(packed, tells, most, more, asked.length, options)
      if (tells === null) continue
      const [tokens, values] = [new Int32Array(outputs.tokens!.buffer), toFloat32(outputs.values!)]
      const surprise = toFloat32(outputs.surprise!)
      const raw = outputs.raw ? toFloat32(outputs.raw) : values
      const [all, spread] = tellsAll ? [toFloat32(outputs.all!), toFloat32(outputs.spread!)] : []
      for (const [i, { part }] of asked.entries()) {
        const own = (of: Float32Array) => of.subarray(i * k, (i + 1) * k)
        answers[part]!.push({
          tokens: tokens.subarray(i * k, (i + 1) * k),
          values: own(values),
          raw: own(raw),
          all: all ? all.subarray(i * config.vocabulary, (i + 1) * config.vocabulary) : null,
          logSum: raw[i * k]! + surprise[i]!,
          spread: spread ? Math.fround(values[i * k]! * Math.fround(question.sharpness)) + spread[i]! : 0,
        })
      }
    }
    return answers
  }

  return {
    lengths,
    forgets: !hasRest,
    forget: (sequence, length) => {
      lengths[sequence] = length
      tokensOf[sequence]!.length = length
    },
    restart: () => {
      begin(['sequence']) // what others hold of earlier tokens is never looked at
      lengths.fill(0)
      for (const tokens of tokensOf) tokens.length = 0
    },
    read: async (parts, question, options) => {
      const isStep = parts.every(({ tokens }) => tokens.length === 1)
      const sizes = isStep ? [size.sequences] : ROWS
      return (await tell(parts, question, sizes, size.sequences, options)).map(([last]) => last!)
    },
    verify: (parts, question, options) => tell(parts, question, [VERIFIED_ROWS], VERIFIED_ROWS, options),
    score: async (parts, options) => {
      const found = parts.map(({ targets }) => new Float32Array(targets.length))
      remember(parts)
      const most = { rows: SCORED_ROWS, asked: SCORED_ROWS }
      for (const packed of packRows(parts, lengths, size.capacity, () => SCORED_ROWS)) {
        const asked = packed.asked.filter(({ part, place }) => place < found[part]!.length)
        const more = {
          last: Int32Array.from(asked, (one) => one.row),
          targets: Int32Array.from(asked, ({ part, place }) => parts[part]!.targets[place]!),
        }
        const outputs = await run(packed, 'scores', most, more, asked.length, options)
        const surprise = toFloat32(outputs.surprise!)
        for (const [i, { part, place }] of asked.entries()) found[part]![place] = surprise[i]!
      }
      return found
    },
    copy: async (moves, options) => {
      if (moves.length === 0) return
      const parents = Int32Array.from({ length: size.sequences }, (_, s) => s)
      const [from, slot, position]: [number[], number[], number[]] = [[], [], []]
      for (const move of moves) {
        const [source, target] = [tokensOf[move.from]!, tokensOf[move.to]!]
        let same = 0
        while (same < source.length && source[same] === target[same]) same++
        for (let at = same; hasRows && at < source.length; at++) {
          from.push(move.from * size.capacity + at)
          slot.push(move.to)
          position.push(at)
        }
        parents[move.to] = move.from
        target.length = same
        for (let at = same; at < source.length; at++) target.push(source[at]!)
        lengths[move.to] = lengths[move.from]!
      }
      for (let begin = 0; begin === 0 || begin < from.length; begin += ROWS[1]) {
        if (begin > 0) for (let s = 0; s < size.sequences; s++) parents[s] = s
        const own = (of: readonly number[]) => Int32Array.from(of.slice(begin, begin + ROWS[1]))
        const inputs = { from: own(from), slot: own(slot), position: own(position), parents }
        const rows = sizeFor(ROWS, inputs.from.length)
        if (inputs.from.length === 0 && !hasRest) return
        const program = programs.get(traced.copy, config, copyBindings(network, size, rows))
        await program.run({ ...states, ...inputs }, { ...options, scalars: { rows: inputs.from.length } })
      }
    },
    encode: async (prompts, promptOf, options) => {
      const offsets = new Int32Array(prompts.length + 1)
      for (const [i, { length }] of prompts.entries()) offsets[i + 1] = offsets[i]! + length
      for (let first = 0; first < prompts.length; ) {
        let last = first + 1
        while (last < prompts.length && offsets[last + 1]! - offsets[first]! <= ROWS[1]) last++
        const rows = offsets[last]! - offsets[first]!
        const most = 2 ** Math.max(6, Math.ceil(Math.log2(rows)))
        const some = prompts.slice(first, last)
        const ids = Int32Array.from(some.flatMap((tokens) => Array.from(tokens)))
        const positions = Int32Array.from(some.flatMap((tokens) => Array.from(tokens, (_, at) => at)))
        const own = new Int32Array(size.sequences + 1).map((_, i) =>
          Math.min(rows, offsets[Math.min(first + i, last)]! - offsets[first]!),
        )
        const place = Int32Array.from({ length: rows }, (_, row) => offsets[first]! + row)
        const inputs = { ids, positions, offsets: own, place, slot: new Int32Array(rows) }
        const bindings = { ...weights.specs, ...encodeBindings(network, size, most, size.sequences) }
        const program = programs.get(traced.encode, config, bindings)
        await program.run({ ...bound, ...inputs }, { ...options, scalars: { rows } })
        first = last
      }
      for (const [s, prompt] of promptOf.entries())
        memory.set([offsets[prompt]!, offsets[prompt + 1]!], 2 * s)
    },
    [Symbol.dispose]: () => {
      const leave = spare?.leave ?? ((state: DeviceTensor) => state.dispose())
      for (const state of Object.values(states)) leave(state)
    },
  }
}

function questionInputs(
  { telling, sharpness, penalty, seen }: Question,
  asked: readonly AskedRow[],
): Record<string, Int32Array | Float32Array> {
  const last = Int32Array.from(asked, ({ row }) => row)
  const drawn = telling.tellsAll ? { sharpness: Float32Array.of(sharpness) } : {}
  const n = telling.penalised
  if (n === 0) return { last, ...drawn }
  const tokensSeen = new Int32Array(asked.length * n)
  const counts = new Float32Array(asked.length * n)
  for (const [i, { part, place }] of asked.entries()) {
    const own = seen?.[part]?.[place] ?? []
    tokensSeen.set(own, i * n)
    counts.fill(1, i * n, i * n + own.length)
  }
  return { last, ...drawn, tokensSeen, counts, penalty: Float32Array.of(penalty) }
}
