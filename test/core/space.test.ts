import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isSpace, requireSameSpace } from '../../lib/core/space.ts'
import { rejects } from '../support/rejects.ts'

test('vectors of one space meet, those of two do not', async () => {
  requireSameSpace({ space: 'use-lite-512' }, { space: 'use-lite-512' })
  await rejects(
    () => requireSameSpace({ space: 'use-lite-512' }, { space: 'minilm-384' }),
    'SPACE_MISMATCH',
    /'use-lite-512'.*'minilm-384'/,
  )
  await rejects(
    () => requireSameSpace({ space: 'A b' }, { space: 'A b' }),
    'BAD_ARGUMENT',
    /space: got "A b"/,
  )
})

test('names of spaces', () => {
  for (const name of ['use-lite-512', 'a', 'e5.small-v2']) assert.ok(isSpace(name))
  for (const name of ['', '-a', 'a-', 'a--b', 'A', 'a b', '../a', 'a'.repeat(65), 7, null])
    assert.not(isSpace(name))
})

test.run()
