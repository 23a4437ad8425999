import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { topDomains } from '../../../lib/concepts/domains/domains.ts'
import { readDomains, writeDomains } from '../../../lib/concepts/domains/file.ts'
import { learnDomains } from '../../../lib/concepts/domains/learn.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { changedText } from '../../support/fuzz/mutations.ts'
import { safetensorsBytes, safetensorsLayout } from '../../support/fuzz/safetensors.ts'
import { blobs } from './points.ts'

const NAME = 'domains.safetensors'
const centres = [
  [5, 1, 0],
  [-2, 0, 7],
]
const entries = [
  { name: 'a', parent: null, count: 3, radius: 0.5, representatives: ['one', 'two'] },
  { name: 'a/b', parent: 'a', count: 1, radius: 0, representatives: [] },
]

await fuzz(import.meta.url, {
  'files of domains': {
    seeds: async (folder) => {
      const { vectors, labels } = blobs(centres, 9, 1)
      const path = join(folder, NAME)
      await writeDomains(path, learnDomains(vectors, labels, { texts: labels, parents: { c1: 'c0' } }))
      return [{ [NAME]: readFileSync(path) }]
    },
    layout: safetensorsLayout,
    make: (random) => {
      const rows = [[2, 3], Float32Array.from({ length: 6 }, (_, i) => i)] as const
      const domains = changedText(JSON.stringify(entries), random)
      const metadata = { format: '1', space: 'tiny-3', domains }
      return { [NAME]: safetensorsBytes({ centroids: rows, variances: rows }, metadata) }
    },
    read: async (folder) => {
      const domains = await readDomains(join(folder, NAME))
      const names = new Set(domains.all.map(({ name }) => name))
      assert.is(names.size, 2)
      assert.is(domains.all.length, 2)
      assert.ok(topDomains(domains).length <= 2)
      for (const { name, parent, count, centroid, variance, radius, representatives } of domains.all) {
        assert.ok(typeof name === 'string' && (parent === null || names.has(parent)))
        assert.ok(Number.isSafeInteger(count) && count >= 0 && radius >= 0 && Number.isFinite(radius))
        for (const row of [centroid, variance])
          assert.ok(row.length === domains.dims && row.every(Number.isFinite))
        for (const text of representatives) assert.type(text, 'string')
      }
    },
  },
})
