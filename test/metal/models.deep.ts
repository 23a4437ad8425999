// Whole test files of models and training on the emulated device: minutes each.
import { test } from 'uvu'
import { passesOnDevice } from './passes_on_device.ts'

for (const file of [
  'test/train/core/tiny_model.test.ts',
  'test/train/predictor/train.slow.ts',
  'test/train/inverter/train.slow.ts',
  'test/models/inverter/search/step.slow.ts',
])
  test(`${file} passes on the device`, () => passesOnDevice(file))

test.run()
