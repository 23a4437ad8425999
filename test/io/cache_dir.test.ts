import { resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cacheDirectory } from '../../lib/io/cache_dir.ts'

test('each platform has its folder, and variables come first', () => {
  assert.is(cacheDirectory({}, 'linux', '/home/ada'), '/home/ada/.cache/vector-mamba')
  assert.is(cacheDirectory({}, 'darwin', '/Users/ada'), '/Users/ada/Library/Caches/vector-mamba')
  assert.is(
    cacheDirectory({}, 'win32', 'C:\\Users\\Ada'),
    'C:\\Users\\Ada\\AppData\\Local\\vector-mamba\\Cache',
  )
  assert.is(
    cacheDirectory({ LOCALAPPDATA: 'D:\\L', XDG_CACHE_HOME: '/x' }, 'win32', ''),
    'D:\\L\\vector-mamba\\Cache',
  )
  assert.is(cacheDirectory({ XDG_CACHE_HOME: '/x' }, 'darwin', '/Users/ada'), '/x/vector-mamba')
  assert.is(
    cacheDirectory({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/ada'),
    '/home/ada/.cache/vector-mamba',
  )
  assert.is(cacheDirectory({ VMM_CACHE_DIR: 'here', XDG_CACHE_HOME: '/x' }, 'linux', '/h'), resolve('here'))
  assert.is(cacheDirectory({ VMM_CACHE_DIR: '' }, 'linux', '/h'), '/h/.cache/vector-mamba')
})

test.run()
