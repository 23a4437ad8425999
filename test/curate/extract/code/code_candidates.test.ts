import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Candidate } from '../../../../lib/curate/candidates/candidate.ts'
import { relationTypes } from '../../../../lib/curate/candidates/relation_types.ts'
import { codeCandidates } from '../../../../lib/curate/extract/code/code_candidates.ts'
import { temporaryFolder } from '../../../support/folder.ts'

async function all(paths: string[], from: string, skipped: string[] = []): Promise<Map<string, Candidate>> {
  const found = new Map<string, Candidate>()
  const onSkipped = (path: string) => skipped.push(path)
  for await (const one of codeCandidates(paths, { from, onSkipped })) {
    assert.is(found.has(one.key!), false, one.key!)
    found.set(one.key!, one)
  }
  return found
}

const relations = (one: Candidate | undefined) =>
  one?.relations.map(({ type, target }) => `${type} ${target}`)

const PYTHON = `import math
from heapq import heappush

class Shape(Base):
    """A form in the plane."""
    def area(self): return self.scaled(1)
    def scaled(self, k): return k

def helper(n):
    return math.floor(n)

def mergeSort(x):
    """Sorts a list.

    By halves.
    """
    if len(x) < 2: return x
    m = helper(len(x) // 2)
    return sorted(mergeSort(x[:m]) + mergeSort(x[m:]))

def test_sorts():
    assert mergeSort([2, 1]) == [1, 2]
`

test('functions, classes and tests with what they need', async () => {
  const folder = temporaryFolder()
  await writeFile(join(folder, 'a.py'), PYTHON)
  const found = await all(['a.py'], folder)
  assert.equal(
    [...found.keys()].sort(),
    ['Shape', 'Shape.area', 'Shape.scaled', 'helper', 'mergeSort', 'test_sorts'].map(
      (name) => `code:a.py#${name}`,
    ),
  )
  const sort = found.get('code:a.py#mergeSort')!
  assert.is(sort.text, 'Sorts a list.\n\nBy halves.')
  assert.equal(sort.surfaceForms, ['mergeSort', 'merge sort'])
  assert.equal(relations(sort), [
    'depends_on code:a.py#helper',
    'implements recursion',
    'implements divide and conquer',
  ])
  assert.is(sort.code?.entry, 'mergeSort')
  assert.match(sort.code!.source, /^import math\n\nfrom heapq.*\n\ndef helper[\s\S]*def mergeSort/)
  assert.not.match(sort.code!.source, /Shape|test_sorts/)
  assert.is(sort.code?.tests.length, 1)
  assert.match(sort.code!.tests[0]!, /test_sorts\(\)$/)
  assert.is(sort.provenance.line, 12)
  assert.equal(relations(found.get('code:a.py#test_sorts')), ['tests code:a.py#mergeSort'])
  assert.equal(relations(found.get('code:a.py#Shape')), [
    'specializes Base',
    'composed_of code:a.py#Shape.area',
    'composed_of code:a.py#Shape.scaled',
  ])
  assert.equal(relations(found.get('code:a.py#Shape.area')), ['depends_on code:a.py#Shape.scaled'])
  assert.equal(relations(found.get('code:a.py#helper')), ['depends_on math'])
  const known = relationTypes()
  for (const one of found.values()) for (const { type } of one.relations) assert.ok(known.has(type), type)
})

test('folders: files of known languages, broken ones as far as they go, others passed over', async () => {
  const folder = temporaryFolder()
  await mkdir(join(folder, 'x/node_modules'), { recursive: true })
  await writeFile(
    join(folder, 'x/a.js'),
    '/** Adds. */\nexport const add = (a, b) => a + b\ntest("adds", () => { add(1, 2) })',
  )
  await writeFile(join(folder, 'x/b.rs'), 'fn ok() -> i32 { 1 }\nfn broken( {')
  await writeFile(join(folder, 'x/c.go'), Buffer.alloc((3 << 20) + 1, 32))
  await writeFile(join(folder, 'x/notes.txt'), 'def no(): pass')
  await writeFile(join(folder, 'x/node_modules/d.js'), 'function no() {}')
  const skipped: string[] = []
  const found = await all(['x'], folder, skipped)
  assert.equal([...found.keys()].sort(), ['code:x/a.js#add', 'code:x/a.js#adds', 'code:x/b.rs#ok'])
  assert.is(found.get('code:x/a.js#add')?.text, 'Adds.')
  assert.equal(relations(found.get('code:x/a.js#adds')), ['tests code:x/a.js#add'])
  assert.equal(skipped, [join(folder, 'x/c.go')])
})

test('what is missing, and what is no option, is told', async () => {
  const folder = temporaryFolder()
  const error = async (run: () => Promise<unknown>) =>
    run().then(
      () => null,
      (cause: { code: string }) => cause.code,
    )
  assert.is(await error(() => all(['gone.py'], folder)), 'NOT_FOUND')
  assert.is(await error(() => all([], folder)), 'BAD_ARGUMENT')
  const options = { folders: 1 } as unknown as { from: string }
  assert.is(await error(() => codeCandidates(['a.py'], options).next()), 'BAD_ARGUMENT')
})

test.run()
