import { checkOps } from '../evaluate/suites/ops.ts'
import { loadLanguageModel } from '../models/lm/load.ts'
import { loadTextGenerator } from '../models/lm/load_text_generator.ts'
import { loadEncoder } from '../models/load_encoder.ts'
import { loadInverter } from '../models/load_inverter.ts'
import { loadPredictor } from '../models/predictor/load.ts'
import { deviceInfo, gpuInfo } from '../runtime/device.ts'
import { openStore } from '../store/open_store.ts'
import type { Engine } from './engine.ts'

export const nativeEngine: Engine = {
  loadEncoder,
  loadPredictor,
  loadInverter,
  loadLanguageModel,
  loadTextGenerator,
  openStore,
  info: deviceInfo,
  gpu: gpuInfo,
  checkOps,
}
