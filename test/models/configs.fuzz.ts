import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { parseJson } from '../../lib/io/json.ts'
import { FAMILIES } from '../../lib/models/families/index.ts'
import { inverterConfig } from '../../lib/models/inverter/config.ts'
import { inverterParameters } from '../../lib/models/inverter/parameters.ts'
import { surrogateConfig, surrogateParameters } from '../../lib/models/inverter/surrogate/forward.ts'
import { languageModelConfig } from '../../lib/models/lm/config.ts'
import { languageModelParameters } from '../../lib/models/lm/parameters.ts'
import { predictorConfig } from '../../lib/models/predictor/config.ts'
import { predictorParameters } from '../../lib/models/predictor/parameters.ts'
import { fuzz } from '../support/fuzz/fuzz.ts'
import { allText } from '../support/fuzz/mutations.ts'
import type { FuzzTarget } from '../support/fuzz/target.ts'

const NAME = 'config.json'
type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>

/** A config is completed, and tells the shapes of all parameters. */
function target<C extends object>(
  complete: (given: Partial<C>) => C,
  shapes: (config: C) => Shapes,
  some: object = { dims: 16 },
): FuzzTarget {
  return {
    codes: ['BAD_FILE', 'BAD_ARGUMENT'],
    seeds: () => [
      { [NAME]: Buffer.from(JSON.stringify(complete({}))) },
      { [NAME]: Buffer.from(JSON.stringify(some)) },
    ],
    layout: allText,
    read: async (folder) => {
      const given = parseJson(readFileSync(join(folder, NAME), 'utf8'), NAME)
      // A manifest's config is an object.
      if (typeof given !== 'object' || given === null || Array.isArray(given))
        throw new VmmError('BAD_FILE', NAME)
      const config = complete(given as Partial<C>)
      assert.equal(complete(config), config)
      for (const { shape } of Object.values(shapes(config)))
        assert.ok(shape.every((size) => Number.isSafeInteger(size) && size > 0))
    },
  }
}

await fuzz(import.meta.url, {
  'configs of predictors': target(predictorConfig, predictorParameters),
  'configs of inverters': target(inverterConfig, inverterParameters),
  'configs of language models': target(languageModelConfig, languageModelParameters, {
    dModel: 16,
  }),
  'configs of surrogates': target(surrogateConfig, surrogateParameters),
  ...Object.fromEntries(
    FAMILIES.map(({ architecture, config, parameters }) => [
      `configs of ${architecture}`,
      target(config, parameters),
    ]),
  ),
})
