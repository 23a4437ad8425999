import { join } from 'node:path'
import type { InverterConfig } from '../../lib/models/inverter/config.ts'
import { saveInverter } from '../../lib/models/inverter/save.ts'
import { tokens, worldConfig, worldValues } from '../models/inverter/tiny_world.ts'
import { temporaryFolder } from '../support/folder.ts'

/** The folder of a bundle: the tiny world's inverter, of the space of `bagOfWords`. */
export async function tinyInverter(change: Partial<InverterConfig> = {}): Promise<string> {
  const folder = join(temporaryFolder(), 'tiny')
  await saveInverter(folder, {
    config: { ...worldConfig, ...change },
    tokens,
    parameters: worldValues(),
    licence: 'CC0-1.0',
    trainingData: 'none',
  })
  return folder
}
