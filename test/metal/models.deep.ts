// Whole test files of models and training on the emulated device: minutes each.
import { test } from 'uvu'
import { passesOnDevice } from './passes_on_device.ts'

for (const file of [
  'test/train/core/tiny_model.test.ts',
  'test/train/predictor/train.test.ts',
  'test/train/inverter/train.test.ts',
  'test/models/inverter/search/step.test.ts',
])
  test(`${file} passes on the device`, () => passesOnDevice(file))

test.run()
