import type { Shape } from '../tensor/shape.ts'
import {
  constantParameter as filled,
  matrixParameter as matrix,
  type ParameterSpec,
  parameter,
} from '../weights/specs.ts'

/** Sizes of a stack of Mamba blocks. */
export interface MambaSizes {
  /** Width of the residual stream. */
  readonly dModel: number
  readonly blocks: number
  /** States per channel of the scan. */
  readonly dState: number
  /** Taps of the causal convolutions. */
  readonly dConv: number
  /** Channels of a block per channel of the stream. */
  readonly expand: number
  /** Rank of the projection to time steps. */
  readonly dtRank: number
}

/** Channels of the convolution and the scan in a block. */
export function innerChannels({ dModel, expand }: Pick<MambaSizes, 'dModel' | 'expand'>): number {
  return dModel * expand
}

/**
 * The parameters of block `name`, with the names and start values of Mamba-1 (Gu and Dao, arXiv 2312.00752;
 * state-spaces/mamba).
 *
 * @param own   first axes of all of them, where there are several stacks
 * @param mixed first axes of the large projections, which may be several where the others are one
 */
export function mambaBlockParameters(
  name: string,
  config: MambaSizes,
  own: Shape = [],
  mixed: Shape = own,
): Record<string, ParameterSpec> {
  const { dModel, blocks, dState, dConv, dtRank } = config
  const inner = innerChannels(config)
  const taps = { kind: 'uniform', bound: 1 / Math.sqrt(dConv) } as const
  return {
    [`${name}.norm.weight`]: filled([...own, dModel], 1),
    [`${name}.mixer.in_proj.weight`]: matrix(mixed, 2 * inner, dModel),
    [`${name}.mixer.conv1d.weight`]: parameter({ shape: [...own, inner, 1, dConv], init: taps, decay: true }),
    [`${name}.mixer.conv1d.bias`]: parameter({ shape: [...own, inner], init: taps }),
    [`${name}.mixer.x_proj.weight`]: matrix(own, dtRank + 2 * dState, inner),
    [`${name}.mixer.dt_proj.weight`]: matrix(own, inner, dtRank),
    [`${name}.mixer.dt_proj.bias`]: parameter({ shape: [...own, inner], init: { kind: 'time_steps' } }),
    [`${name}.mixer.A_log`]: parameter({ shape: [...own, inner, dState], init: { kind: 'a_log' } }),
    [`${name}.mixer.D`]: filled([...own, inner], 1),
    [`${name}.mixer.out_proj.weight`]: matrix(mixed, dModel, inner, 1 / Math.sqrt(blocks)),
  }
}
