// What a run does for whatever it trains, with a regression in place of a model.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { listCheckpoints, loadCheckpoint } from '../../../lib/train/core/checkpoints.ts'
import { encoderName, modelFolder } from '../../../lib/train/core/model_paths.ts'
import { stateShapes } from '../../../lib/train/core/optimiser.ts'
import { LOCK_FILE, runTraining, type TrainOptions } from '../../../lib/train/core/run.ts'
import { documentRunConfig } from '../../../lib/train/core/run_config.ts'
import type { TrainTask } from '../../../lib/train/core/task.ts'
import { defineTrainable, type TrainableSpec, type TrainContext } from '../../../lib/train/core/trainable.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { tinyEncoder } from '../tiny_encoder.ts'
import { tinyTask } from '../tiny_task.ts'

const root = temporaryFolder()
let runs = 0
const newName = () => `run-${runs++}`

/** Scores that the tiny task is given, one an evaluation. */
function scored(scores: readonly number[]): TrainTask {
  let evaluations = 0
  return { ...tinyTask(), evaluate: async () => ({ score: scores[evaluations++]! }) }
}

interface Saved {
  readonly parameters: Readonly<Record<string, Float32Array>>
  readonly evaluation: unknown
}

/** A trainable of a task, what it did, and what it was given to save. */
function regression(
  task: TrainTask,
  change: Partial<TrainableSpec<ReturnType<typeof documentRunConfig>, string>> = {},
) {
  const log: string[] = []
  const saved: Saved[] = []
  const contexts: TrainContext[] = []
  const trainable = defineTrainable({
    name: 'regression',
    what: 'a line through some points',
    unit: 'points',
    bundle: 'line',
    best: { measure: 'score', better: 'low' },
    config: (fields) => ({
      ...documentRunConfig(fields),
      evaluation: { every: fields.whole('every', 4, { least: 0 }, 'Steps between evaluations.') },
    }),
    open: async (training, context) => {
      contexts.push(context)
      log.push('open')
      return {
        task,
        data: training.documents.join(),
        about: ['points'],
        dispose: () => void log.push('close'),
      }
    },
    save: async (folder, { parameters, evaluation, data }) => {
      assert.is(data, join(root, 'points.jsonl'))
      log.push('save')
      saved.push({ parameters, evaluation: await evaluation() })
      mkdirSync(folder, { recursive: true })
    },
    sample: { config: {}, load: () => Promise.reject(new Error('nothing to load')) },
    ...change,
  })
  const loadEncoder: TrainOptions['loadEncoder'] = async (name) => {
    log.push(`load ${name}`)
    return { ...tinyEncoder(), dispose: () => void log.push('unload') }
  }
  const start = (given: object, options: TrainOptions<string> = {}) =>
    runTraining(
      trainable,
      { documents: 'points.jsonl', steps: 10, compute: 'f32', ...given },
      { folder: root, loadEncoder, ...options },
    )
  const train = async (given: object, options: TrainOptions<string> = {}, stopAfter?: number) => {
    for await (const { step } of start(given, options)) if (step === stopAfter) break
  }
  return { train, start, log, saved, contexts }
}

const stateOf = async (out: string, step: number) =>
  (await loadCheckpoint(join(root, out), step, stateShapes(tinyTask()))).state

test('what a run opens it closes, in the end, on errors and when it is left', async () => {
  const all = ['load use-lite', 'open', 'save', 'close', 'unload']
  const without = (...names: string[]) => all.filter((name) => !names.includes(name))
  const { train, log } = regression(tinyTask())
  const told = async (expected: readonly string[]) => {
    assert.equal(log.splice(0), expected)
    for (const run of readdirSync(root)) assert.not(existsSync(join(root, run, LOCK_FILE)))
  }
  await train({ out: newName() })
  await told(all)
  await train({ out: newName() }, {}, 3)
  await told(without('save'))
  const fails = async (call: Promise<void>, message: RegExp) =>
    call.then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, message),
    )
  const onData = () => {
    throw new Error('not these data')
  }
  await fails(train({ out: newName() }, { onData }), /not these data/)
  await told(without('save'))
  await fails(train({ out: newName() }, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
  await told([])
  const loadEncoder = async () => {
    throw new Error('no such encoder')
  }
  await fails(train({ out: newName() }, { loadEncoder }), /no such encoder/)
  await told([])
  const closed = regression(tinyTask(), { open: () => Promise.reject(new Error('no such data')) })
  await fails(closed.train({ out: newName() }), /no such data/)
  assert.equal(closed.log, ['load use-lite', 'unload'])
  const full = regression(tinyTask(), { save: () => Promise.reject(new Error('full')) })
  const out = newName()
  await fails(full.train({ out }), /full/)
  assert.equal(full.log, without('save'))
  assert.not(existsSync(join(root, out, LOCK_FILE)))
})

test('a run is given its context, and its paths begin at the folder of the config', async () => {
  const { train, contexts, log } = regression(tinyTask())
  mkdirSync(join(root, 'an encoder'))
  mkdirSync(join(root, 'a model'))
  const out = newName()
  await train({ out, encoder: 'an encoder' }, { cacheDir: 'cache', threads: 1 })
  assert.is(log[0], `load ${join(root, 'an encoder')}`)
  const { encoder, cacheDir, threads, modelFolder } = contexts[0]!
  assert.equal([encoder.space, cacheDir, threads], ['tiny-8', 'cache', 1])
  assert.is(await modelFolder('model', 'a model'), join(root, 'a model'))
  assert.equal(readdirSync(join(root, out)).sort(), [
    'checkpoint-00000010',
    'line',
    'losses.svg',
    'metrics.jsonl',
  ])
})

test('models are looked for beside the config, then as packages, and nowhere else', async () => {
  const base = join(root, 'models')
  mkdirSync(join(base, 'vector-mamba-inverter'), { recursive: true })
  mkdirSync(join(base, 'use-lite'))
  writeFileSync(join(base, 'file'), '')
  const [beside, elsewhere] = [base, join(root, 'elsewhere')]
  const installed = join(process.cwd(), 'bundles', 'inverter')
  assert.is(
    await modelFolder(beside, 'inverter', 'vector-mamba-inverter'),
    join(base, 'vector-mamba-inverter'),
  )
  assert.is(await modelFolder(elsewhere, 'inverter', 'vector-mamba-inverter'), installed)
  assert.is(await modelFolder(elsewhere, 'inverter', '../models/use-lite'), join(base, 'use-lite'))
  assert.is(await modelFolder(elsewhere, 'inverter', join(base, 'use-lite')), join(base, 'use-lite'))
  // Each is there, but not seen from the config: in the working directory, or beside the code that looks.
  for (const name of [
    'bundles/inverter',
    '../../bundles/inverter',
    './bundles',
    'none',
    join(root, 'none'),
  ]) {
    const message = /^inverter ".*": neither the folder \/.* nor an installed package$/
    await rejects(() => modelFolder(elsewhere, 'inverter', name), 'NOT_FOUND', message)
  }
  await rejects(() => modelFolder(base, 'inverter', 'file'), 'NOT_FOUND', /neither the folder .*file nor/)

  assert.is(await encoderName(beside, 'use-lite'), 'use-lite')
  assert.is(await encoderName(beside, './use-lite'), join(base, 'use-lite'))
  assert.is(await encoderName(beside, 'vector-mamba-inverter'), join(base, 'vector-mamba-inverter'))
  assert.is(await encoderName(elsewhere, 'vector-mamba-inverter'), installed)
  assert.is(await encoderName(elsewhere, 'known'), 'known', 'what it may be, the loader knows')
  for (const name of ['lib', './known', join(root, 'none')])
    await rejects(
      () => encoderName(elsewhere, name),
      'NOT_FOUND',
      /^encoder ".*": neither the folder \/.* nor/,
    )

  // Other errors are not taken for a model that is not there.
  symlinkSync(join(base, 'loop'), join(base, 'loop'))
  await rejects(() => modelFolder(base, 'inverter', 'loop'), 'BAD_FILE', /loop: cannot read: ELOOP/)
  await rejects(() => encoderName(base, 'loop'), 'BAD_FILE', /loop: cannot read: ELOOP/)
  const noBundle = /^package "vector-mamba": Package subpath '\.\/bundle\.json' is not defined/
  await rejects(() => modelFolder(base, 'inverter', 'vector-mamba'), 'BAD_FILE', noBundle)
})

test('a folder where another process trains is refused, that of a dead one is taken over', async () => {
  const out = newName()
  const { train, log } = regression(tinyTask())
  await train({ out }, {}, 3)
  const lock = join(root, out, LOCK_FILE)
  const hold = (pid: number) => writeFileSync(lock, JSON.stringify({ pid, host: hostname(), id: 'x' }))
  hold(process.ppid)
  log.splice(0)
  const message = new RegExp(`^${join(root, out)}: in use by process ${process.ppid} on ${hostname()}, `)
  await rejects(() => train({ out }), 'IN_USE', message)
  assert.equal(log, [])
  assert.ok(existsSync(lock))
  hold(spawnSync('true').pid)
  await train({ out })
  assert.equal(await listCheckpoints(join(root, out)), [10, 3])
  assert.not(existsSync(lock))
})

test('of two runs in one folder at once the second is refused, and the first ends as it would', async () => {
  const out = newName()
  const first = regression(tinyTask())
  const second = regression(tinyTask())
  for await (const { step } of first.start({ out }))
    if (step === 2)
      await rejects(() => second.train({ out }), 'IN_USE', new RegExp(`in use by process ${process.pid} on`))
  assert.equal(second.log, [])
  const alone = newName()
  await second.train({ out: alone })
  assert.equal(await stateOf(out, 10), await stateOf(alone, 10))
  assert.equal(first.saved, second.saved)
})

test('a run whose lock was taken over writes nothing any more', async () => {
  const out = newName()
  const { start, log } = regression(tinyTask())
  const lock = join(root, out, LOCK_FILE)
  const take = async () => {
    for await (const { step } of start({ out, checkpoints: { every: 2 } })) {
      if (step !== 5) continue
      unlinkSync(lock)
      writeFileSync(lock, JSON.stringify({ pid: 7, host: 'elsewhere', id: 'x' }))
    }
  }
  await rejects(take, 'IN_USE', /in use by process 7 on elsewhere/)
  assert.equal(await listCheckpoints(join(root, out)), [4, 2])
  assert.not(log.includes('save'))
  assert.match(readFileSync(lock, 'utf8'), /elsewhere/)
})

test('the bundle is made from the last checkpoint, or from the best', async () => {
  const out = newName()
  const { train, saved } = regression(scored([3, 1, 2]))
  await train({ out })
  assert.equal(await listCheckpoints(join(root, out)), [10, 8])
  await train({ out, checkpoints: { bundle: 'best' } })
  assert.equal(
    saved.map(({ evaluation }) => evaluation),
    [{ score: 2 }, { score: 1 }],
  )
  const names = Object.keys(tinyTask().parameters)
  for (const [i, step] of [10, 8].entries()) {
    const state = await stateOf(out, step)
    assert.equal(saved[i]!.parameters, Object.fromEntries(names.map((name) => [name, state[name]])))
  }
  rmSync(join(root, out, 'metrics.jsonl'))
  await train({ out })
  assert.equal(saved[2], saved[0])
})

test('the best of nothing is refused before training, or after it where no number was measured', async () => {
  const best = { checkpoints: { bundle: 'best' } }
  const refused = async ({ train, log }: ReturnType<typeof regression>, why: string, left: string[]) => {
    const message = new RegExp(`^checkpoints\\.bundle: got "best"; expected last: ${why}$`)
    await rejects(() => train({ out: newName(), ...best }), 'BAD_ARGUMENT', message)
    assert.equal(log, left)
  }
  const { evaluate: _, ...task } = tinyTask()
  const open = ['load use-lite', 'open', 'close', 'unload']
  await refused(regression(task), 'there is nothing to evaluate on', open)
  await refused(
    regression(scored([Number.NaN, Number.NaN, Number.NaN])),
    'no evaluation gave a number for score',
    open,
  )
})

test('without anything to evaluate on, nothing was measured', async () => {
  const { evaluate: _, ...task } = tinyTask()
  const { train, saved } = regression(task)
  await train({ out: newName() })
  assert.is(saved[0]!.evaluation, undefined)
})

test.run()
