import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../lib/core/errors.ts'
import { refuseUnknown } from '../../lib/core/options.ts'

const names = { signal: true, threads: true, cacheDir: true, onProgress: true, seed: true } as const

function messageOf(options: object, path?: string): string {
  try {
    refuseUnknown(options as { [K in keyof typeof names]?: unknown }, names, path)
  } catch (error) {
    assert.ok(error instanceof VmmError && error.code === 'BAD_ARGUMENT')
    return error.message
  }
  return ''
}

test('options that exist pass, also without a value', () => {
  assert.is(messageOf({}), '')
  assert.is(messageOf({ signal: undefined, threads: 2, cacheDir: '/x', onProgress: () => {}, seed: 1 }), '')
})

test('an option that does not exist is refused by name, with the one that was meant', () => {
  for (const [given, meant] of [
    ['sginal', 'signal'],
    ['Signal', 'signal'],
    ['thread', 'threads'],
    ['cache_dir', 'cacheDir'],
    ['onprogres', 'onProgress'],
    ['seeds', 'seed'],
  ] as const)
    assert.is(messageOf({ [given]: 1 }), `${given}: no such option; did you mean ${meant}?`)
  const all = 'there are signal, threads, cacheDir, onProgress, seed'
  assert.is(messageOf({ threads: 1, colour: 'red' }), `colour: no such option; ${all}`)
  assert.is(messageOf({ ed: 1 }), `ed: no such option; ${all}`)
  assert.is(messageOf({ toString: undefined }), `toString: no such option; ${all}`)
  assert.is(messageOf({ sead: 1 }, 'sampling.'), 'sampling.sead: no such option; did you mean seed?')
})

test('what is no object of options is refused', () => {
  assert.is(messageOf(null as never), 'options: got null; expected an object of options')
  assert.is(messageOf('x' as never, 'sampling.'), 'sampling: got "x"; expected an object of options')
  assert.is(messageOf([1] as never), 'options: got [1]; expected an object of options')
})

test.run()
