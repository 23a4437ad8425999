// A build in a process of its own, which the test kills: build_child.ts OUT TASKS ENDPOINT CACHE [QUEUE]
// Or a worker: build_child.ts --worker QUEUE CACHE
import { buildDataset } from '../../../lib/curate/build/build_dataset.ts'
import { runWorker } from '../../../lib/curate/build/queue/run_worker.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'

// All is loaded: what is killed from here on is at work.
process.stdout.write('ready\n')
const [first, ...rest] = process.argv.slice(2) as [string, ...string[]]
if (first === '--worker') {
  const [queue, cacheDir] = rest as [string, string]
  await runWorker(queue, { cacheDir, atOnce: 2, lostAfter: 1500 })
} else {
  const [tasks, url, cacheDir, queue] = rest as [string, string, string, string | undefined]
  const config = {
    ...{ out: first, unit: 8, wordnet: false, domains: false, sandbox: 'off' },
    sources: [{ kind: 'gsm8k', files: tasks }],
    llm: { validate: { url, model: 'yes-or-no' } },
    crystallise: { keep: 0.01 },
  }
  const report = await buildDataset(config, { cacheDir, queue, loadEncoder: async () => bagOfWords() })
  console.log(JSON.stringify({ concepts: report.concepts, relations: report.relations }))
}
