// Whatever operation is the last one before a kill or a full disk, the next build ends with the same store.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildConcepts } from '../../../lib/concepts/store/build.ts'
import type { TextConcept } from '../../../lib/concepts/store/source.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { interruptAtEach } from '../../support/file_operations.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { litterOf, treeOf } from '../../support/tree.ts'

const root = temporaryFolder()
/** Two parts. */
const many = Array.from(
  { length: 2100 },
  (_, i): TextConcept => ({ id: `n${i}`, text: `text ${i}`, updated: 0 }),
)
const concepts = { name: 'many', load: async () => many }
const build = (cacheDir: string) => buildConcepts(bagOfWords(), { cacheDir, concepts })

/** Tests at each operation, or at one in `every`. */
export function testBuilds(every: number): void {
  for (const how of ['kill', 'fill'] as const)
    test(`the store is the same after a ${how} at each operation, and nothing is beside it`, async () => {
      const [calm, disturbed] = [join(root, `calm-${how}`), join(root, how)]
      await build(calm)
      const expected = treeOf(calm)
      assert.equal(litterOf(expected), [])
      const operations = await interruptAtEach({
        how,
        every,
        prepare: () => {
          rmSync(disturbed, { recursive: true, force: true })
          mkdirSync(disturbed)
        },
        run: () => build(disturbed),
        check: async (ending, n) => {
          const where = `${how} at operation ${n}`
          const litter = litterOf(treeOf(disturbed))
          if (ending !== 'killed') assert.equal(litter, [], where)
          await build(disturbed)
          const found = treeOf(disturbed)
          assert.equal(Object.keys(found), Object.keys(expected), where)
          for (const [path, content] of Object.entries(expected))
            assert.ok(found[path] === content, `${where}: ${path}`)
        },
      })
      assert.ok(operations > 20, `${operations} operations`)
    })
}
