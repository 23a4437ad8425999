// Whatever operation is the last one before a kill or a full disk, a bundle that was there opens, old or new.
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openBundle } from '../../lib/bundle/open.ts'
import { extendBundle, saveBundle } from '../../lib/bundle/save.ts'
import { parameter } from '../../lib/weights/specs.ts'
import { interruptAtEach } from '../support/file_operations.ts'
import { temporaryFolder } from '../support/folder.ts'
import { treeOf } from '../support/tree.ts'

const root = temporaryFolder()
const cacheDir = temporaryFolder()
const [old, place] = [join(root, 'old'), join(root, 'place')]
const bundle = join(place, 'bundle')

const config = { space: 'tiny-2', dims: 2 }
const specs = { w: parameter({ shape: [2], init: { kind: 'constant', value: 0 } }) }
const save = (folder: string, content: string) =>
  saveBundle(folder, { kind: 'predictor', architecture: 'tiny', config }, specs, {
    parameters: { w: Float32Array.of(1, 2) },
    licence: 'Apache-2.0',
    trainingData: 'none',
    files: { 'notes.txt': content, 'more.txt': content },
  })
const extend = (folder: string, content: string) => extendBundle(folder, folder, { 'notes.txt': content })
const open = () => openBundle(bundle, 'predictor', 'tiny', () => config, { cacheDir })

const empty = () => {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place)
}

/** What a call leaves where nothing interrupts it. */
async function calm(prepare: () => void, run: () => Promise<unknown>) {
  prepare()
  await run()
  return treeOf(place)
}

mkdirSync(old)
await save(join(old, 'bundle'), 'old')
const prepareOld = () => {
  empty()
  cpSync(old, place, { recursive: true })
}

/** Tests at each operation, or at one in `every`. */
export function testBundles(every: number): void {
  for (const [name, write] of Object.entries({ saved: save, extended: extend }))
    for (const how of ['kill', 'fill'] as const)
      test(`a bundle that is ${name} again opens after a ${how} at each operation, and is the same in the end`, async () => {
        const run = () => write(bundle, 'new')
        const [before, after] = [treeOf(old), await calm(prepareOld, run)]
        const seen = { before: 0, after: 0 }
        const operations = await interruptAtEach({
          how,
          every,
          prepare: prepareOld,
          run,
          check: async (ending, n) => {
            const where = `${how} at operation ${n}`
            if (ending === 'failed') assert.equal(treeOf(place), before, where)
            await open()
            const found = treeOf(bundle)
            const isNew = found['notes.txt'] === 'new'
            seen[isNew ? 'after' : 'before']++
            for (const [path, content] of Object.entries(found))
              assert.is((isNew ? after : before)[join('bundle', path)], content, `${where}: ${path}`)
            await run()
            assert.equal(treeOf(place), after, where)
          },
        })
        assert.ok(seen.before > 0 && seen.after > 0 && operations >= 10, `${operations} operations`)
      })

  for (const how of ['kill', 'fill'] as const)
    test(`a new bundle is saved after a ${how} at each operation, and nothing is beside it`, async () => {
      const run = () => save(bundle, 'new')
      const after = await calm(empty, run)
      await interruptAtEach({
        how,
        every,
        prepare: empty,
        run,
        check: async (ending, n) => {
          if (ending === 'failed') assert.equal(treeOf(place), {}, `${how} at operation ${n}`)
          await run()
          assert.equal(treeOf(place), after, `${how} at operation ${n}`)
        },
      })
    })
}
