// Child process of lock.test.ts: `node lock_child.ts <what> <folder>`.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildOnce } from '../../lib/io/build_once.ts'
import { withFileLock } from '../../lib/io/lock.ts'

const [what, folder] = process.argv.slice(2) as [string, string]

async function count(): Promise<void> {
  const file = join(folder, 'counter')
  for (let i = 0; i < 10; i++) {
    await withFileLock(join(folder, 'lock'), async () => {
      const value = Number(readFileSync(file, 'utf8'))
      await sleep(1)
      writeFileSync(file, String(value + 1))
    })
  }
}

async function build(): Promise<void> {
  const built = await buildOnce(join(folder, 'built'), async (temporary) => {
    appendFileSync(join(folder, 'log'), 'built\n')
    await sleep(what === 'hang' ? 60_000 : 100)
    writeFileSync(join(temporary, 'content'), String(process.pid))
  })
  process.stdout.write(readFileSync(join(built, 'content'), 'utf8'))
}

/** Holds the lock until it is killed. */
async function hold(): Promise<void> {
  await withFileLock(join(folder, 'lock'), async () => {
    process.stdout.write('held')
    await sleep(60_000)
  })
}

/** Fails to write the lock where files may have no byte: run it with a `ulimit`. */
async function full(): Promise<void> {
  await withFileLock(join(folder, 'lock'), async () => {}).catch((error: Error) =>
    process.stdout.write(error.message),
  )
}

const actions = { count, build, hang: build, hold, full }
void actions[what as keyof typeof actions]()
