import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mapFile } from '../../lib/tensor/device_tensor.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'

const folder = temporaryFolder()

test('a file that cannot be mapped is named once, with the reason', async () => {
  const refused = (name: string, code: 'NOT_FOUND' | 'BAD_FILE', reason: RegExp) =>
    rejects(
      () => {
        try {
          mapFile(join(folder, name))
        } catch (error) {
          assert.is((error as Error).message.split(folder).length, 2, (error as Error).message)
          throw error
        }
      },
      code,
      reason,
    )
  await refused('none', 'NOT_FOUND', /none: No such file/)
  await refused('.', 'BAD_FILE', /: not a regular file$/)
  writeFileSync(join(folder, 'empty'), '')
  await refused('empty', 'BAD_FILE', /empty: the file is empty$/)
})

test.run()
