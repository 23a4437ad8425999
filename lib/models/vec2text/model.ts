import { join } from 'node:path'
import { readJsonFields } from '../../io/json_fields.ts'
import type { Compute } from '../../ops/matmul.ts'
import { type Checkpoint, openCheckpoint } from '../../weights/checkpoint.ts'
import { preparedWeights } from '../../weights/prepared.ts'
import { WORDS } from '../lm/families/t5/forward.ts'
import { languageIdentity } from '../published/identity.ts'
import { CONFIG_FILE } from '../published/modules.ts'
import { preparation, publishedWeights, type Storage } from '../published/weights.ts'
import { type Vec2TextConfig, vec2textConfig, vec2textTensor } from './config.ts'
import { type Vec2TextNetwork, vec2textNetwork } from './network.ts'
import { vec2textParameters } from './parameters.ts'

/** One of the models of a pair, before its weights are there. */
export interface Vec2TextModel {
  readonly config: Vec2TextConfig
  /** Another one wherever the same call may give another result. */
  readonly fingerprint: string
  load(): Promise<Vec2TextNetwork>
}

/**
 * Reads what a folder has of vec2text.
 *
 * @throws VmmError as vec2textConfig and publishedWeights do
 */
export async function readModel(
  folder: string,
  {
    cacheDir,
    signal,
    compute,
    storage,
  }: {
    readonly cacheDir: string
    readonly signal: AbortSignal | undefined
    readonly compute: Compute
    readonly storage: Storage | undefined
  },
): Promise<Vec2TextModel> {
  const json = await readJsonFields(join(folder, CONFIG_FILE))
  const tensorsOf = (config: Vec2TextConfig, checkpoint: Checkpoint) =>
    publishedWeights(vec2textParameters(config), [{ checkpoint, folder, rename: vec2textTensor }], storage, {
      weight: 'head.weight',
      tied: config.t5.isTied ? WORDS : null,
    })
  const { config, identity } = await withCheckpoint(folder, async (checkpoint) => {
    const config = vec2textConfig(json, checkpoint)
    const tensors = tensorsOf(config, checkpoint)
    return {
      config,
      identity: await languageIdentity(folder, folder, config, { tensors, compute, cacheDir, signal }),
    }
  })
  return {
    config,
    fingerprint: identity.fingerprint,
    load: (): Promise<Vec2TextNetwork> =>
      withCheckpoint(folder, async (checkpoint) => {
        const made = preparation(tensorsOf(config, checkpoint), { signal })
        const weights = await preparedWeights(join(cacheDir, 'weights', identity.weights), made, signal)
        return vec2textNetwork(config, weights, compute)
      }),
  }
}

async function withCheckpoint<T>(folder: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  using checkpoint = await openCheckpoint(folder)
  return await use(checkpoint)
}
