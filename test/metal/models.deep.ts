// Whole test files of models and training on the emulated device: minutes each.
import { test } from 'uvu'
import { passesOnDevice } from './passes_on_device.ts'

for (const file of [
  'test/train/tiny_model.test.ts',
  'test/train/predictor.test.ts',
  'test/train/inverter.test.ts',
  'test/models/inverter/step.test.ts',
])
  test(`${file} passes on the device`, () => passesOnDevice(file))

test.run()
