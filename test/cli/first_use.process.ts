// The commands as whole processes on the compiled output, from an empty cache.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../support/folder.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const cache = temporaryFolder()
const indexes = join(cache, 'concepts')

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { env: { ...process.env, VMM_CACHE_DIR: cache } })
}

async function end(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  const [code] = await once(child, 'close')
  return { code, ...texts }
}

/** Two of the parts in which concepts are encoded, as vectors. */
const TWO_PARTS = 2 * 2048 * 512 * 4

/** Folders of indexes that are complete, and bytes of those that are not. */
function indexState(): { complete: string[]; bytes: number } {
  const names = existsSync(indexes) ? readdirSync(indexes) : []
  const partFolder = names.find((name) => name.endsWith('.parts'))
  return {
    complete: names.filter((name) => /^use-lite-512-wordnet-used-[0-9a-f]+$/.test(name)),
    bytes: partFolder ? bytesIn(join(indexes, partFolder)) : 0,
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
}

test('a first use that is interrupted leaves no index, only parts', async () => {
  const child = start('nearest', 'The cat sleeps.')
  const ended = end(child)
  while (indexState().bytes < TWO_PARTS && child.exitCode === null) await sleep(20)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  assert.equal([code, stdout], [130, ''])
  assert.match(stderr, /vmm: cancelled\n$/)
  assert.equal(indexState().complete, [])
  assert.ok(indexState().bytes >= TWO_PARTS)
})

test('two processes at once build one index, from where the first stopped', async () => {
  const outcomes = await Promise.all([1, 2].map(() => end(start('nearest', '--json', 'The cat sleeps.'))))
  for (const { code, stderr } of outcomes) assert.is(code, 0, stderr)
  assert.is(outcomes[0]!.stdout, outcomes[1]!.stdout)
  const { nearest } = JSON.parse(outcomes[0]!.stdout)
  assert.is(nearest.length, 5)
  assert.ok(nearest[0].cosine > 0.5)
  assert.equal(readdirSync(indexes).length, 1)
  assert.is(indexState().complete.length, 1)
})

test('later uses read the index', async () => {
  const [folder] = indexState().complete
  const before = statSync(join(indexes, folder!)).mtimeMs
  const { code, stdout } = await end(start('demo', 'The cat sleeps.'))
  assert.is(code, 0)
  assert.match(
    stdout,
    /^The cat sleeps\.\n( +0\.\d{3} {2}.+\n){5}( {2}read back .+\n)?( {2}routed to .+\n( {2}predicted next.+\n){1,2})?$/,
  )
  assert.is(statSync(join(indexes, folder!)).mtimeMs, before)
})

test('encode: Ctrl-C while it waits for input ends it and leaves no file', async () => {
  const output = join(cache, 'out.npy')
  const child = start('encode', '-o', output)
  const ended = end(child)
  child.stdin!.write('one line\n'.repeat(2000))
  while (!readdirSync(cache).some((name) => name.startsWith('.out.npy')) && child.exitCode === null)
    await sleep(20)
  child.kill('SIGINT')
  assert.is((await ended).code, 130)
  assert.not(readdirSync(cache).some((name) => name.includes('out.npy')))
})

test('encode: a reader that stops early ends it quietly', async () => {
  const input = join(cache, 'lines.txt')
  writeFileSync(input, 'a line of text\n'.repeat(20_000))
  const child = start('encode', input)
  const ended = end(child)
  child.stdout!.once('data', () => child.stdout!.destroy())
  const { code, stderr } = await ended
  assert.equal([code, stderr], [0, ''])
})

test('encode: many lines from standard input, in every format', async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? '' : `line ${i}`))
  for (const format of ['jsonl', 'npy', 'arrow']) {
    const output = join(cache, `all.${format}`)
    const child = start('encode', '-o', output)
    const ended = end(child)
    child.stdin!.end(`${lines.join('\n')}\n`)
    assert.is((await ended).code, 0)
    assert.ok(readFileSync(output).length > 3000 * 4 * 512)
  }
})

test.run()
