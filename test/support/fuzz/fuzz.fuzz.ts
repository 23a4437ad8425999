import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allFields, allText, countChanges, randomChanges, singleChange } from './mutations.ts'
import { randomOf } from './random.ts'
import { safetensorsBytes, safetensorsLayout } from './safetensors.ts'

/** What a fuzzer prints of one file for each reader, and how it ends. */
function run(name: string, limits: Readonly<Record<string, string>>) {
  const script = fileURLToPath(new URL(name, import.meta.url))
  return spawnSync(process.execPath, [...process.execArgv, script], {
    env: { ...process.env, VMM_FUZZ_ONLY: '1', VMM_FUZZ_SEED: '1', ...limits },
    encoding: 'utf8',
  })
}

test('readers that do not end are found out', () => {
  const { stdout, status } = run('hanging_reader.ts', { VMM_FUZZ_MOST_MS: '3000' })
  assert.match(stdout, /\bhang: no end after 3000 ms/m)
  assert.is(status, 1)
})

test('readers that crash, leave, take too much memory, or throw what they should not are found out', () => {
  const { stdout, status } = run('bad_readers.ts', { VMM_FUZZ_MOST_MS: '60000', VMM_FUZZ_MOST_MIB: '448' })
  for (const problem of [
    /\bcrash: the process ended: SIGABRT/m,
    /\bexit: the process ended: 0/m,
    /\buntyped: not typed: RangeError: beyond/m,
    /\bcode: code BAD_ARGUMENT/m,
    /\bcontrol: control characters: "\\u0007"/m,
    /(?<!kept )\bmemory: \d+ bytes of memory/m,
    // Only there a process tells what it has while it runs.
    process.platform === 'linux' ? /\bkept memory: \d+ bytes of memory/m : /\bkept memory: /m,
    /\brefused: 0 files read, 1 refused, 0 failures/m,
    /repeat with VMM_FUZZ_SEED=1 VMM_FUZZ_ONLY=1/,
  ])
    assert.match(stdout, problem)
  assert.is(status, 1)
})

test('each single change is another file, and keeps the good one as it is', () => {
  for (const [bytes, layoutOf] of [
    [Uint8Array.from({ length: 32 }, (_, i) => i + 3), allFields],
    [new Uint8Array(Buffer.from('{"a": [1, "two"], "b": null}')), allText],
    [safetensorsBytes({ a: [[2], Float32Array.of(1, 2)] }, { format: 'x' }), safetensorsLayout],
  ] as const) {
    const before = Buffer.from(bytes).toString('hex')
    const layout = layoutOf(bytes)
    const changes = Array.from({ length: countChanges(bytes, layout) }, (_, at) =>
      Buffer.from(singleChange(bytes, layout, at)).toString('hex'),
    )
    const others = changes.filter((changed) => changed !== before)
    assert.ok(others.length > 40 && new Set(others).size > 0.9 * others.length)
    for (let i = 0; i < 300; i++) randomChanges(bytes, layoutOf, [bytes], randomOf(1, i))
    assert.is(Buffer.from(bytes).toString('hex'), before)
  }
})

test('the length of a header that was changed fits it', () => {
  const bytes = safetensorsBytes({ a: [[2], Float32Array.of(1, 2)] }, { format: 'x' })
  const layout = safetensorsLayout(bytes)
  const header = layout.texts[0]!
  for (let at = countChanges(bytes, { ...layout, texts: [] }); at < countChanges(bytes, layout); at += 11) {
    const changed = Buffer.from(singleChange(bytes, layout, at))
    const grown = changed.length - bytes.length
    assert.is(Number(changed.readBigUInt64LE(0)), header.end - header.begin + grown)
  }
})

test('random numbers depend on the seed and the stream alone', () => {
  const some = (seed: number, stream: number) => {
    const random = randomOf(seed, stream)
    return Array.from({ length: 8 }, () => random(1000))
  }
  assert.equal(some(1, 2), some(1, 2))
  assert.not.equal(some(1, 2), some(1, 3))
  assert.not.equal(some(1, 2), some(2, 2))
  assert.ok(some(5, 5).every((n) => Number.isInteger(n) && n >= 0 && n < 1000))
})

test.run()
