import type { Encoder } from '../core/encoder.ts'
import type { DeviceName } from '../core/run_options.ts'
import type { CheckOpsOptions, OpCheck } from '../evaluate/suites/ops.ts'
import type { Inverter } from '../models/inverter/inverter.ts'
import type { LanguageModel } from '../models/lm/language_model.ts'
import type { LoadTextGeneratorOptions } from '../models/lm/published/options.ts'
import type { TextGenerator } from '../models/lm/text_generator.ts'
import type { LoadInverterOptions } from '../models/load_inverter.ts'
import type { Predictor } from '../models/predictor/predictor.ts'
import type { LoadEncoderOptions } from '../models/published/options.ts'
import type { DeviceInfo, GpuInfo } from '../runtime/device.ts'
import type { OpenStoreOptions } from '../store/open_store.ts'
import type { ConceptStore } from '../store/store.ts'

/** What the commands need of native code; tests bring another one. */
export interface Engine {
  loadEncoder(
    name: string | undefined,
    options: Omit<LoadEncoderOptions, 'signal' | 'cacheDir'> & {
      readonly signal: AbortSignal
      readonly cacheDir: string
    },
  ): Promise<Encoder>
  loadPredictor(folder: string, options: { readonly signal: AbortSignal }): Promise<Predictor>
  /** `encoder` is what texts are compared with vectors by; it stays the caller's. */
  loadInverter(
    folder: string,
    options: Pick<LoadInverterOptions, 'tokenizer' | 'hypothesizer' | 'rescale' | 'cacheDir'> & {
      readonly encoder: Encoder
      readonly signal: AbortSignal
    },
  ): Promise<Inverter>
  loadLanguageModel(folder: string, options: { readonly signal: AbortSignal }): Promise<LanguageModel>
  loadTextGenerator(name: string, options: LoadTextGeneratorOptions): Promise<TextGenerator>
  openStore(place: string, options: OpenStoreOptions): Promise<ConceptStore>
  info(): DeviceInfo
  /** The device beside the CPU; null when this build has none. */
  gpu(): GpuInfo | null
  checkOps(device: DeviceName, options: CheckOpsOptions): AsyncIterable<OpCheck>
}
