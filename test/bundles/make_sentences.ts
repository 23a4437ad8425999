// Writes sentences.json, a sample of what evaluation.json of the inverter was measured on, as many of each kind:
//   node --import tsx test/bundles/make_sentences.ts books.txt prose.txt speeches.txt > test/bundles/sentences.json
// The books are Standard Ebooks (CC0), the prose and the speeches free to copy: see bundles/inverter/NOTICE.
import { readFileSync } from 'node:fs'
import { words } from '../../lib/evaluate/metrics/words.ts'
import { randomNumbers, sampleWithout } from '../../lib/ops/random_numbers.ts'

const EACH = 20

const numbers = randomNumbers(1)
const drawn = process.argv.slice(2).flatMap((path) => {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => words(line).length > 0)
  return Array.from(sampleWithout(numbers, EACH, lines.length), (i) => lines[i]!)
})
console.log(JSON.stringify(drawn, null, 2))
