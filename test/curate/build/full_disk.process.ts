// Builds on a disk that is full after some bytes, as the limit of a file's size is: they say so, and go on where there is room.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from '../../support/folder.ts'
import { childFlags, contentsOf, writeTasks } from './kills.ts'
import { yesOrNo } from './yes_or_no.ts'

/** The largest size of a file, in blocks of 512 bytes. */
const ROOM = [4, 60, 120]

test('a disk that is full is told, nothing is lost, and a build with room comes to the same store', async () => {
  const root = temporaryFolder()
  const tasks = join(root, 'tasks.jsonl')
  writeTasks(tasks)
  const endpoint = await yesOrNo(0)
  const build = async (name: string, blocks: number | 'unlimited') => {
    const program = [
      process.execPath,
      ...childFlags,
      join(root, name),
      tasks,
      endpoint.url,
      join(root, 'cache'),
    ]
    const limited = ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', ...program]
    const child = spawn('sh', limited, { stdio: ['ignore', 'ignore', 'pipe'] })
    let told = ''
    child.stderr.on('data', (chunk) => {
      told += chunk
    })
    const [code] = await once(child, 'close')
    return { code, told }
  }
  try {
    assert.equal(await build('whole', 'unlimited'), { code: 0, told: '' })
    for (const blocks of ROOM) {
      const { code, told } = await build('full', blocks)
      assert.is.not(code, 0, `${blocks} blocks were enough`)
      assert.match(told, /^VmmError: \S+: cannot write: EFBIG/m)
      assert.match(told, /code: 'BAD_FILE'/)
    }
    assert.equal(await build('full', 'unlimited'), { code: 0, told: '' })
    assert.equal(
      await contentsOf(join(root, 'full', 'store')),
      await contentsOf(join(root, 'whole', 'store')),
    )
  } finally {
    await endpoint.close()
  }
})

test.run()
