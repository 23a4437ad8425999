import type { ConceptEncoder } from '../concepts/encoder.ts'
import type { MapRows } from '../concepts/rows.ts'
import type { Predictor } from '../models/predictor/predictor.ts'
import type { DeviceInfo } from '../runtime/device.ts'

/** A model as the commands use it. */
export interface CliModel extends ConceptEncoder {
  readonly name: string
  readonly capacityTokens: number
  dispose(): void
}

/** What the commands need of native code; tests bring another one. */
export interface Engine {
  loadModel(
    name: string,
    options: { readonly signal: AbortSignal; readonly cacheDir: string },
  ): Promise<CliModel>
  loadPredictor(folder: string, options: { readonly signal: AbortSignal }): Promise<Predictor>
  readonly mapRows: MapRows
  info(): DeviceInfo
}
