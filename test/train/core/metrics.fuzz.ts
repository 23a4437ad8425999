import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { escapeMarks } from '../../../lib/core/control_marks.ts'
import { plotSvg } from '../../../lib/io/plot.ts'
import { metricsSeries, readMetrics } from '../../../lib/train/core/metrics.ts'
import { fuzz } from '../../support/fuzz/fuzz.ts'
import { allText } from '../../support/fuzz/mutations.ts'

const NAME = 'metrics.jsonl'
const lines = [1, 2, 5].map((step) => ({
  step,
  count: 100,
  losses: { loss: 1 / step, other: step },
  learningRate: 0.001,
  gradNorm: step === 2 ? null : 0.5,
  perSecond: 1e4,
  ...(step === 5 ? { evaluation: { cosine: 0.5, none: null } } : {}),
}))

await fuzz(import.meta.url, {
  metrics: {
    seeds: () => [{ [NAME]: Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')) }],
    layout: allText,
    read: async (folder, files) => {
      const read = await readMetrics(join(folder, NAME))
      assert.is(read.length, new TextDecoder().decode(files[NAME]).split('\n').length - 1)
      for (const [i, { step, losses, evaluation = {} }] of read.entries()) {
        assert.ok(Number.isSafeInteger(step) && (i === 0 || step > read[i - 1]!.step))
        for (const value of [...Object.values(losses), ...Object.values(evaluation)])
          assert.type(value, 'number')
      }
      const svg = plotSvg(metricsSeries(read))
      assert.is(escapeMarks(svg), svg)
      // A loss may have any name, and only its name.
      const drawn = svg.replace(/ font-weight="bold">[^<]*</g, '><')
      assert.not.match(drawn, /NaN|Infinity|<script/)
    },
  },
})
