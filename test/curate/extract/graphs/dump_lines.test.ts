import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../../lib/core/errors.ts'
import { decompressed } from '../../../../lib/curate/extract/graphs/decompress.ts'
import { dumpLines } from '../../../../lib/curate/extract/graphs/dump_lines.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { rejects } from '../../../support/rejects.ts'
import { TWO_ENTITIES_BZ2 } from './two_entities.ts'

const folder = temporaryFolder()

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function read(path: string): Promise<string[]> {
  const all: string[] = []
  for await (const { first, lines } of dumpLines(path)) {
    assert.is(first, all.length + 1)
    all.push(...lines)
  }
  return all
}

const many = Array.from({ length: 5000 }, (_, i) => `line ${i}, größer als Ω 🙂 ${'x'.repeat(i % 50)}`)
const text = many.join('\n')

test('lines are those of the text, as it is and with gzip, of one member or several', async () => {
  assert.equal(await read(file('plain.txt', text)), many)
  assert.equal(await read(file('ended.txt', `${text}\n`)), many)
  assert.equal(await read(file('one.gz', gzipSync(text))), many)
  const half = text.length >> 1
  const members = [gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]
  assert.equal(await read(file('two.gz', Buffer.concat(members))), many)
})

test('bzip2 is read by a program, and by the package where there is none; several streams are one', async () => {
  const path = file('two.bz2', TWO_ENTITIES_BZ2)
  const lines = await read(path)
  assert.is(lines.length, 4)
  assert.is(JSON.parse(lines[2]!).id, 'Q144')
  const twice = file('twice.bz2', Buffer.concat([TWO_ENTITIES_BZ2, TWO_ENTITIES_BZ2]))
  const textBy = async (of: string, programs: readonly string[]) => {
    let found = ''
    for await (const bytes of decompressed(of, programs)) found += String(bytes)
    return found
  }
  const whole = `${lines.join('\n')}\n`
  assert.is(await textBy(path, ['no-such-program']), whole)
  assert.is(await textBy(twice, []), whole + whole)
  assert.equal(await read(twice), [...lines, ...lines])
})

test('a file that breaks off gives what came before, and says where', async () => {
  const whole = gzipSync(text, { level: 1 })
  const cut = file('cut.gz', whole.subarray(0, whole.length >> 1))
  const found: string[] = []
  const reading = async () => {
    for await (const { lines } of dumpLines(cut)) found.push(...lines)
  }
  await rejects(reading, 'BAD_FILE', /cut\.gz: line \d+: cannot read on: unexpected end of file/)
  assert.ok(found.length > 1000)
  assert.equal(found, many.slice(0, found.length))
  await rejects(
    () => read(file('cut.bz2', TWO_ENTITIES_BZ2.subarray(0, 90))),
    'BAD_FILE',
    /cut\.bz2: line 1: cannot read on/,
  )
  await rejects(
    () => read(file('no.gz', 'no gzip at all')),
    'BAD_FILE',
    /no\.gz: line 1: cannot read on: incorrect header/,
  )
  await rejects(() => read(file('no.bz2', 'no bzip2 at all')), 'BAD_FILE', /no\.bz2: line 1/)
  await rejects(
    () => read(file('bytes.txt', Buffer.of(0x61, 0x0a, 0xff, 0xfe, 0x0a))),
    'BAD_FILE',
    /bytes\.txt: line 2/,
  )
  for (const name of ['none.txt', 'none.gz', 'none.bz2'])
    await rejects(() => read(join(folder, name)), 'NOT_FOUND', /cannot read/)
})

test('a signal ends it, and who leaves early leaves nothing open', async () => {
  const path = file('long.txt', text)
  const controller = new AbortController()
  const reading = async () => {
    for await (const _ of dumpLines(path, controller.signal)) controller.abort(new Error('enough'))
  }
  const failure = await reading().catch((error: unknown) => error)
  assert.is((failure as Error).message, 'enough')
  assert.not.instance(failure, VmmError)
  for await (const _ of dumpLines(file('left.bz2', TWO_ENTITIES_BZ2))) break
})

test.run()
