// How much planted noise crystallisation finds, and how long it takes: node --import tsx scripts/curate/crystallise.ts
// [meanings] [share] [seed] [copies]. Of copies, each meaning is there so many times, every time a little otherwise.
import { type Vectors, vectorsFrom } from '../../lib/core/vectors.ts'
import { crystallise } from '../../lib/curate/crystallise/crystallise.ts'
import { loadEncoder } from '../../lib/index.ts'
import { randomNumbers } from '../../lib/ops/random_numbers.ts'
import { noiseRemoved, type PlantedNoise, plantedNoise } from '../../test/curate/crystallise/planted_noise.ts'

const [meanings = 117_791, share = 0.2, seed = 0, copies = 1] = process.argv.slice(2).map(Number)
const encoder = await loadEncoder()
const noise = copied(await plantedNoise(encoder, meanings, share, seed))
const count = noise.input.candidates.length
console.log(
  `${count} ${copies > 1 ? 'candidates of ' : ''}meanings of WordNet, ${noise.wrong.size} with a wrong definition, ${noise.input.relations.length} relations`,
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

/** All candidates again and again, with vectors that have a cosine of 0.95 to the first ones. */
function copied(noise: PlantedNoise): PlantedNoise {
  if (copies === 1) return noise
  const { candidates, vectors, formVectors, relations } = noise.input
  const own = candidates.length
  const each = <T>(make: (copy: number) => readonly T[]) =>
    Array.from({ length: copies }, (_, copy) => make(copy)).flat()
  return {
    wrong: new Set(each((copy) => [...noise.wrong].map((at) => at + copy * own))),
    input: {
      candidates: each(() => candidates),
      vectors: blurred(vectors),
      formVectors: blurred(formVectors),
      relations: each((copy) =>
        relations.map((one) => ({
          ...one,
          source: one.source + copy * own,
          target: one.target + copy * own,
        })),
      ),
    },
  }
}

function blurred(vectors: Vectors): Vectors {
  const { count, dims, space } = vectors
  const numbers = randomNumbers(seed)
  // Even noise of the variance that leaves this cosine to a row of length 1.
  const width = Math.sqrt((12 * (1 / 0.95 ** 2 - 1)) / dims)
  const blocks = Array.from({ length: copies }, () => {
    const block = new Float32Array(count * dims)
    for (let i = 0; i < count; i++) {
      const from = vectors.row(i)
      for (let j = 0; j < dims; j++) block[i * dims + j] = from[j]! + width * (numbers.next() - 0.5)
    }
    return block
  })
  return vectorsFrom(blocks, dims, space)
}
