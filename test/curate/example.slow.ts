// The example that is shipped, with the first part of each of its sources.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildDataset } from '../../lib/curate/build/build_dataset.ts'
import { loadEncoder } from '../../lib/models/load_encoder.ts'
import { openStore } from '../../lib/store/open_store.ts'
import { temporaryFolder } from '../support/folder.ts'

const LIMITS: Readonly<Record<string, number>> = { wordnet: 800, text: 400, mbpp: 8, code: 40 }
const file = new URL('../../examples/curation.json', import.meta.url)

test('a part of the shipped example becomes concepts of every source, with relations, that are found again', async () => {
  const whole = JSON.parse(readFileSync(file, 'utf8')) as { sources: { kind: string }[] }
  assert.equal(whole.sources.map(({ kind }) => kind).sort(), Object.keys(LIMITS).sort())
  const out = join(temporaryFolder(), 'out')
  const sources = whole.sources.map((source) => ({ ...source, limit: LIMITS[source.kind] }))
  const report = await buildDataset({ ...whole, out, sources }, { folder: new URL('.', file).pathname })
  assert.is(
    report.candidates,
    Object.values(LIMITS).reduce((sum, n) => sum + n),
  )
  assert.ok(report.concepts > 0.7 * report.candidates, `${report.concepts} concepts`)
  assert.ok(report.relations > 500, `${report.relations} relations`)

  await using store = await openStore(join(out, 'store'), { create: false })
  const found: Record<string, number> = { meanings: 0, running: 0, code: 0, working: 0 }
  for await (const batch of store.scan())
    for (const { sourceDataset, codeMetadata } of batch) {
      if (codeMetadata?.works) found.working!++
      else if (codeMetadata) found.code!++
      else if (sourceDataset?.startsWith('wordnet')) found.meanings!++
      else found.running!++
    }
  for (const [what, least] of Object.entries({ meanings: 600, running: 250, code: 25, working: 7 }))
    assert.ok(found[what]! >= least, `${what}: ${found[what]}`)

  const encoder = await loadEncoder()
  const { vectors } = await encoder.encode(['Find the similar elements of two tuples.'])
  encoder.dispose()
  const [hits] = await store.nearest(vectors, 3)
  const names = (await store.get(hits!.map(({ id }) => id))).map((one) => one!.surfaceForms[0])
  assert.ok(names.includes('similar elements'), names.join(', '))
})

test.run()
