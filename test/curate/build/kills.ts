// A build that is killed at random moments, again and again, comes to what one comes to that nobody disturbs.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { randomNumbers } from '../../../lib/ops/random_numbers.ts'
import { openStore } from '../../../lib/store/open_store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { yesOrNo } from './yes_or_no.ts'

const TASKS = 60
const DELAY = 15
/** Milliseconds after which a build is killed at most: few live so long. */
const LONGEST = 1500
/** Requests of one process that are under way at a time. */
const AT_ONCE = 4
export const childFlags = [...process.execArgv, fileURLToPath(new URL('build_child.ts', import.meta.url))]

/** Tasks with steps, which are relations that the endpoint is asked about. */
export function writeTasks(path: string): void {
  const words = ['apples', 'boats', 'days', 'coins', 'pages', 'miles']
  const lines = Array.from({ length: TASKS }, (_, i) => {
    const [a, b] = [words[i % 6]!, words[(i + 2) % 6]!]
    const steps = [`First count the ${a} of part ${i}.`, `Then take ${i + 2} ${b} away.`, '#### 7']
    return JSON.stringify({ question: `How many ${a} are left of ${i * 3} ${b}?`, answer: steps.join('\n') })
  })
  writeFileSync(path, `${lines.join('\n')}\n`)
}

export async function contentsOf(place: string): Promise<unknown> {
  await using store = await openStore(place, { create: false })
  const concepts: unknown[] = []
  const ids: string[] = []
  for await (const batch of store.scan({ spaces: ['bag-32'] }))
    for (const { updated: _, ...concept } of batch) {
      concepts.push(concept)
      ids.push(concept.id)
    }
  const order = ids.map((_, i) => i).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1))
  const edges = await store.neighbours(ids)
  return [
    order.map((i) => concepts[i]),
    edges.map(({ source, type, target, weight }) => `${source} ${type} ${target} ${weight}`).sort(),
  ]
}

export interface Kills {
  readonly kills: number
  readonly seed: number
  /** The queue that workers listen to; null: the build works itself. */
  readonly queue: string | null
  readonly workers: number
}

/**
 * Kills a build, and workers where there are some, until it has been killed so often; then lets one come to its end. No
 * answer is asked for again but those that were on their way to a process that died.
 */
export async function killBuilds({ kills, seed, queue, workers }: Kills): Promise<void> {
  const numbers = randomNumbers(seed)
  const root = temporaryFolder()
  const tasks = join(root, 'tasks.jsonl')
  writeTasks(tasks)
  const endpoint = await yesOrNo(DELAY)
  const living = new Set<ChildProcess>()
  const start = (args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [...childFlags, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    living.add(child)
    child.on('exit', () => living.delete(child))
    return child
  }
  const build = (name: string, by: string | null) =>
    start([join(root, name), tasks, endpoint.url, join(root, `${name}-cache`), ...(by === null ? [] : [by])])
  try {
    const undisturbed = build('undisturbed', null)
    assert.equal(await once(undisturbed, 'exit'), [0, null])
    for (const times of endpoint.answered.values())
      assert.is(times.length, 1, 'an undisturbed build asks once')

    const staff = () => start(['--worker', queue!, join(root, 'workers-cache')])
    const crew = Array.from({ length: workers }, staff)
    const whole = await contentsOf(join(root, 'undisturbed', 'store'))
    let [killed, builds] = [0, 0]
    const deaths: number[] = []
    const over = async (child: ChildProcess, name: string) => {
      if (child.exitCode === null) await once(child, 'exit')
      assert.is(child.exitCode, 0)
      assert.equal(await contentsOf(join(root, name, 'store')), whole, name)
      builds++
    }
    while (killed < kills) {
      const name = `killed-${builds}`
      const child = build(name, queue)
      const ended = once(child, 'exit')
      await Promise.race([ended, once(child.stdout!, 'data')])
      if ((await Promise.race([ended, sleep(numbers.below(LONGEST))])) !== undefined) {
        await over(child, name)
        continue
      }
      const place = numbers.below(2 * workers || 1)
      const victim = crew[place] ?? child
      deaths.push(performance.now())
      victim.kill('SIGKILL')
      killed++
      if (crew[place]) crew[place] = staff()
      // A build whose worker is gone waits for another one.
      if (victim !== child) await over(child, name)
      await ended
    }
    const name = `killed-${builds}`
    await over(build(name, queue), name)
    // Each cache of answers needs one; what comes again was lost with a process that had just got it, or was about to.
    const caches = queue === null ? builds : 1
    const answers = [...endpoint.answered.values()]
    const order = answers.flat().sort((a, b) => a - b)
    const before = (time: number) => order.filter((other) => other < time).length
    const onTheWay = AT_ONCE * Math.max(1, workers)
    const isLost = (time: number) =>
      deaths.some((death) => Math.abs(before(time) - before(death)) <= onTheWay)
    const lost = answers.map((times) => times.filter(isLost).length)
    const again = answers.map((times) => times.length - 1 - caches)
    const sum = (counts: readonly number[]) => counts.reduce((total, n) => total + Math.max(0, n), 0)
    console.log(`${killed} kills of ${builds} builds: ${answers.length} questions; ${sum(again)} asked again`)
    for (const [i, n] of again.entries())
      assert.ok(n <= lost[i]!, `a question was asked ${n} times again, but lost ${lost[i]} times`)
    assert.ok(sum(again) <= killed * AT_ONCE, `${sum(again)} questions were asked again`)
  } finally {
    for (const child of living) child.kill('SIGKILL')
    await endpoint.close()
  }
}
