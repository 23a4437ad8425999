import { test } from 'uvu'
import { loadLanguageModel } from '../../lib/models/lm/load.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { loadInverter } from '../../lib/models/load_inverter.ts'
import { loadPredictor } from '../../lib/models/predictor/load.ts'
import { rejects } from '../support/rejects.ts'

for (const load of [loadEncoder, loadInverter, loadLanguageModel, loadPredictor])
  test(`${load.name} names options of a wrong type before anything is looked for`, async () => {
    for (const cacheDir of [7, null, ''])
      await rejects(
        () => load('none', { cacheDir } as never),
        'BAD_ARGUMENT',
        /^cacheDir: got .*; expected the path of a folder$/,
      )
    for (const signal of [7, null, {}])
      await rejects(
        () => load('none', { signal } as never),
        'BAD_ARGUMENT',
        /^signal: got .*; expected an AbortSignal$/,
      )
    await rejects(() => load('none', null as never), 'BAD_ARGUMENT', /^options: got null/)
  })

test.run()
