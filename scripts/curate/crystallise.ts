// How much planted noise crystallisation finds: node --import tsx scripts/curate/crystallise.ts [meanings] [share] [seed]
import { crystallise } from '../../lib/curate/crystallise/crystallise.ts'
import { loadEncoder } from '../../lib/index.ts'
import { noiseRemoved, plantedNoise } from '../../test/curate/crystallise/planted_noise.ts'

const [meanings = 117_791, share = 0.2, seed = 0] = process.argv.slice(2).map(Number)
const encoder = await loadEncoder()
const noise = await plantedNoise(encoder, meanings, share, seed)
const count = noise.input.candidates.length
console.log(
  `${count} meanings of WordNet, ${noise.wrong.size} with a wrong definition, ${noise.input.relations.length} relations`,
)
const started = performance.now()
const { removed } = await crystallise(noise.input, {
  seed,
  onRound: ({ round, concepts, merged, removed, relations, coherence }) =>
    console.log(
      `round ${round}: ${concepts} concepts, ${merged} merged, ${removed} removed, ${relations} relations, coherence ${coherence.toFixed(3)}`,
    ),
})
const seconds = (performance.now() - started) / 1000
const found = noiseRemoved(removed, noise)
const percent = (x: number) => `${(100 * x).toFixed(1)} %`
console.log(
  `removed ${percent(found.removed)} of the wrong ones, kept ${percent(found.kept)} of the others; ${seconds.toFixed(0)} s, ${(process.memoryUsage().rss / 2 ** 30).toFixed(1)} GB`,
)
encoder.dispose()
