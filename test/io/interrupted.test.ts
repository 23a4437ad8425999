// Whatever operation is the last one before a kill or a full disk: the old content or the new is there, and the next
// call clears what was left.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { buildOnce } from '../../lib/io/build_once.ts'
import { atomicWrite } from '../../lib/io/files.ts'
import { withFileLock } from '../../lib/io/lock.ts'
import { healFolder, replaceFolder } from '../../lib/io/replace_folder.ts'
import { type Ending, type Interruption, interruptAt } from '../support/file_operations.ts'
import { temporaryFolder } from '../support/folder.ts'

const temporary = temporaryFolder()
const NAMES = ['a', 'b', 'c']

/** A folder of three files that say the same. */
const fillWith = (content: string) => async (folder: string) => {
  for (const name of NAMES) await writeFile(join(folder, name), content)
}

/** What all files of a folder say; it is complete. */
function contentOf(folder: string): string {
  assert.equal(readdirSync(folder), NAMES)
  const contents = new Set(NAMES.map((name) => readFileSync(join(folder, name), 'utf8')))
  assert.is(contents.size, 1)
  return [...contents][0]!
}

/** Interrupts a call at each of its operations, in a new folder each time. */
async function atEach(
  how: Interruption,
  prepare: (root: string) => void,
  run: (root: string) => Promise<unknown>,
  check: (root: string, ending: Ending) => Promise<void>,
): Promise<number> {
  const root = join(temporary, 'root')
  for (let n = 1; ; n++) {
    mkdirSync(root)
    prepare(root)
    const ending = await interruptAt(n, how, () => run(root))
    await check(root, ending)
    rmSync(root, { recursive: true })
    if (ending === 'done') return n - 1
  }
}

const makeOld = (root: string) => {
  mkdirSync(join(root, 'made'))
  for (const name of NAMES) writeFileSync(join(root, 'made', name), 'old')
}
const makeNothing = () => {}

test('a folder that is replaced is the old one or the new one after a kill at each operation', async () => {
  const seen = new Set<string>()
  const kills = await atEach(
    'kill',
    makeOld,
    (root) => replaceFolder(join(root, 'made'), fillWith('new')),
    async (root) => {
      await healFolder(join(root, 'made'))
      assert.equal(readdirSync(root), ['made'], 'what was left is cleared')
      seen.add(contentOf(join(root, 'made')))
    },
  )
  assert.equal([...seen], ['old', 'new'])
  assert.ok(kills >= 12, `${kills} kills`)
})

test('the next replacement heals as well, also when it fails', async () => {
  await atEach(
    'kill',
    makeOld,
    (root) => replaceFolder(join(root, 'made'), fillWith('new')),
    async (root) => {
      const failing = replaceFolder(join(root, 'made'), async () => {
        throw new Error('no luck')
      })
      await failing.then(
        () => assert.unreachable(),
        ({ message }) => assert.match(message, /no luck/),
      )
      assert.ok(['old', 'new'].includes(contentOf(join(root, 'made'))))
      await replaceFolder(join(root, 'made'), fillWith('newer'))
      assert.is(contentOf(join(root, 'made')), 'newer')
      assert.equal(readdirSync(root), ['made'])
    },
  )
})

test('a new folder is there as a whole or not at all', async () => {
  await atEach(
    'kill',
    makeNothing,
    (root) => replaceFolder(join(root, 'made'), fillWith('new')),
    async (root) => {
      await healFolder(join(root, 'made'))
      const names = readdirSync(root)
      assert.ok(names.length <= 1, names.join(', '))
      if (names.length > 0) assert.is(contentOf(join(root, 'made')), 'new')
    },
  )
})

test('killed again while it heals, a folder is still there', async () => {
  const root = join(temporary, 'twice')
  const folder = join(root, 'made')
  const replace = () => replaceFolder(folder, fillWith('new'))
  for (let first = 1, ending: Ending = 'killed'; ending !== 'done'; first++)
    for (let second = 1, again: Ending = 'killed'; again !== 'done'; second++) {
      rmSync(root, { recursive: true, force: true })
      mkdirSync(root)
      makeOld(root)
      ending = await interruptAt(first, 'kill', replace)
      again = await interruptAt(second, 'kill', () => healFolder(folder))
      await healFolder(folder)
      assert.ok(['old', 'new'].includes(contentOf(folder)))
      assert.equal(readdirSync(root), ['made'])
    }
})

test('a full disk leaves the old folder and nothing beside it', async () => {
  await atEach(
    'fill',
    makeOld,
    (root) => replaceFolder(join(root, 'made'), fillWith('new')),
    async (root, ending) => {
      const content = contentOf(join(root, 'made'))
      if (ending === 'done') assert.is(content, 'new')
      await healFolder(join(root, 'made'))
      assert.equal(readdirSync(root), ['made'])
    },
  )
})

test('a file is the old one or the new one, and what was left goes with the next writing', async () => {
  for (const how of ['kill', 'fill'] as const)
    await atEach(
      how,
      (root) => writeFileSync(join(root, 'file'), 'old'),
      (root) => atomicWrite(join(root, 'file'), ['ne', 'w']),
      async (root, ending) => {
        const content = readFileSync(join(root, 'file'), 'utf8')
        assert.ok(content === 'new' || (content === 'old' && ending !== 'done'))
        if (how === 'fill') assert.equal(readdirSync(root), ['file'])
        await atomicWrite(join(root, 'file'), ['newer'])
        assert.equal(readdirSync(root), ['file'])
      },
    )
})

test('what is built once is built by the next who asks, and no lock stays', async () => {
  for (const how of ['kill', 'fill'] as const)
    await atEach(
      how,
      makeNothing,
      (root) => buildOnce(join(root, 'deep', 'built'), fillWith('first')),
      async (root) => {
        await buildOnce(join(root, 'deep', 'built'), fillWith('second'))
        assert.ok(['first', 'second'].includes(contentOf(join(root, 'deep', 'built'))))
        assert.equal(readdirSync(join(root, 'deep')), ['built'])
      },
    )
})

test('a full disk leaves no lock', async () => {
  await atEach(
    'fill',
    makeNothing,
    (root) => withFileLock(join(root, 'lock'), async () => {}),
    async (root) => assert.equal(readdirSync(root), []),
  )
})

test.run()
