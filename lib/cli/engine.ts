import type { ConceptEncoder } from '../concepts/encoder.ts'
import type { MapRows } from '../concepts/rows.ts'

/** A model as the commands use it. */
export interface CliModel extends ConceptEncoder {
  readonly name: string
  readonly capacityTokens: number
  dispose(): void
}

/** What the native runtime says about itself. */
export interface EngineInfo {
  /** Instruction sets that this build has and this machine can run, best last. */
  readonly instructionSets: readonly string[]
  readonly threads: number
  readonly arch: string
  readonly compiler: string
}

/** What the commands need of the rest of the package. */
export interface Engine {
  loadModel(name: string, options: { threads?: number; signal?: AbortSignal }): Promise<CliModel>
  readonly mapRows: MapRows
  info(): EngineInfo
}
