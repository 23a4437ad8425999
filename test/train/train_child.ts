// Child process of killed.process.ts: `node train_child.ts predictor|wide <folder> <name of the run>`.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trainLoop } from '../../lib/train/core/loop.ts'
import { trainPredictor } from '../../lib/train/predictor/train.ts'
import { tinyEncoder } from './tiny_encoder.ts'
import { tinySettings, tinyTask } from './tiny_task.ts'

const [what, folder, name] = process.argv.slice(2) as [string, string, string]

/** An encoder that takes its time, so that it is met at work. */
function slowEncoder() {
  const encoder = tinyEncoder(8)
  return {
    ...encoder,
    encode: async (texts: Iterable<string>, options?: object) => {
      await sleep(30)
      return encoder.encode(texts, options)
    },
    dispose: () => {},
  }
}

async function predictor(): Promise<void> {
  const config = {
    documents: 'documents.jsonl',
    model: { dModel: 8, experts: 2, blocks: 1, dState: 2, routerHidden: 4 },
    domains: 'none',
    batch: { rows: 256, window: 32 },
    steps: 200,
    evaluation: { every: 50, documents: 2 },
    checkpoints: { every: 7 },
    out: name,
  }
  const options = { folder, cacheDir: join(folder, `cache-${name}`), loadEncoder: async () => slowEncoder() }
  for await (const _ of trainPredictor(config, options));
}

/** A checkpoint of some 300 KiB after every step. */
async function wide(): Promise<void> {
  const options = { folder: join(folder, name), checkpointEvery: 1 }
  for await (const _ of trainLoop(tinyTask({ width: 4000 }), tinySettings, options));
}

await (what === 'wide' ? wide() : predictor())
