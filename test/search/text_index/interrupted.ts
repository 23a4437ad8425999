// Whatever file operation is the last one before a kill or a full disk, the next run over the files ends with the same index.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createIndex } from '../../../lib/search/text_index/text_index.ts'
import { bagOfWords } from '../../support/bag_of_words.ts'
import { interruptAtEach } from '../../support/file_operations.ts'
import { temporaryFolder } from '../../support/folder.ts'

const root = temporaryFolder()
/** A file of more passages than one write takes. */
const long = (word: string) =>
  Array.from({ length: 700 }, (_, i) => `# h${i}\n\n${i % 7 === 0 ? word : 'same'} text ${i}\n`).join('\n')

const write = (folder: string, files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'notes', name), text)
}

/** Reads the notes of a folder into the store beside them, and tells what was done. */
async function update(folder: string) {
  const index = await createIndex(bagOfWords(), { store: join(folder, 'my.store') })
  try {
    return await index.addFiles('notes', { from: folder })
  } finally {
    await index.dispose()
  }
}

/** All passages of the store, with the vectors that it finds them by. */
async function contents(folder: string): Promise<string[]> {
  const index = await createIndex(bagOfWords(), { store: join(folder, 'my.store') })
  const found: string[] = []
  for await (const concepts of index.store.scan({ spaces: ['bag-32'] }))
    for (const { id, text, document, documentHash, line, position, vectors } of concepts)
      found.push(JSON.stringify([id, text, document, documentHash, line, position, [...vectors['bag-32']!]]))
  await index.dispose()
  return found.sort()
}

/** Tests at each operation, or at one in `every`. */
export function testIndexes(every: number): void {
  for (const how of ['kill', 'fill'] as const)
    test(`an index of files is made whole after a ${how} at each operation, and nothing is there twice`, async () => {
      const [before, calm, disturbed] = ['before', 'calm', how].map((name) => join(root, `${how}-${name}`))
      mkdirSync(join(before!, 'notes'), { recursive: true })
      write(before!, { 'a.md': long('old'), 'b.txt': 'Gone soon.', 'c.txt': 'Stays.' })
      await update(before!)
      rmSync(join(before!, 'notes/b.txt'))
      write(before!, { 'a.md': long('new'), 'd.jsonl': '{"id":"x","text":"New."}\n' })
      cpSync(before!, calm!, { recursive: true })
      await update(calm!)
      const expected = await contents(calm!)
      assert.is(expected.length, 702)
      const operations = await interruptAtEach({
        how,
        every,
        prepare: () => {
          rmSync(disturbed!, { recursive: true, force: true })
          cpSync(before!, disturbed!, { recursive: true })
        },
        run: () => update(disturbed!),
        check: async (_, n) => {
          await update(disturbed!)
          assert.equal(await contents(disturbed!), expected, `${how} at operation ${n}`)
          const { changed, gone, encoded, removed } = await update(disturbed!)
          assert.equal([changed, gone, encoded, removed], [0, 0, 0, 0])
        },
      })
      assert.ok(operations > 10, `${operations} operations`)
    })
}
