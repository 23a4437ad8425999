import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { VmmError } from '../../../lib/core/errors.ts'
import { writeSafetensors } from '../../../lib/io/safetensors/file.ts'
import { bestCheckpoint } from '../../../lib/train/core/best.ts'
import { listCheckpoints, loadCheckpoint, saveCheckpoint } from '../../../lib/train/core/checkpoints.ts'
import { lastCheckpoint, type TrainProgress, trainLoop } from '../../../lib/train/core/loop.ts'
import { readMetrics } from '../../../lib/train/core/metrics.ts'
import { learningRate, stateShapes } from '../../../lib/train/core/optimiser.ts'
import type { TrainTask } from '../../../lib/train/core/task.ts'
import { createTrainer, type TrainSettings } from '../../../lib/train/core/trainer.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { rejects } from '../../support/rejects.ts'
import { tinySettings, tinyTask } from '../tiny_task.ts'

const root = temporaryFolder()
let runs = 0
const newFolder = () => join(root, `run-${runs++}`)

type State = Readonly<Record<string, Float32Array>>
const bytes = (state: State) =>
  Object.fromEntries(Object.entries(state).map(([name, x]) => [name, Buffer.from(x.buffer).toString('hex')]))

async function train(
  folder: string,
  options: Partial<Parameters<typeof trainLoop>[2]> & {
    stopAfter?: number
    settings?: Partial<TrainSettings>
  } = {},
  task = tinyTask(),
): Promise<TrainProgress[]> {
  const { stopAfter, settings, ...rest } = options
  const told: TrainProgress[] = []
  for await (const progress of trainLoop(task, { ...tinySettings, ...settings }, { folder, ...rest })) {
    told.push(progress)
    if (progress.step === stopAfter) break
  }
  return told
}

const lastState = async (folder: string) => (await lastCheckpoint(folder, tinyTask()))!.state
/** Without what time decides. */
const timeless = (lines: readonly { step: number; perSecond: number }[]) =>
  lines.map((line) => ({ ...line, perSecond: 0 }))

test('the learning rate warms up in a line and falls in half a cosine', () => {
  const schedule = { learningRate: 0.2, warmup: 4, final: 0.1 }
  const rates = [1, 2, 4, 7, 10].map((step) => learningRate(step, 10, schedule))
  const expected = [0.05, 0.1, 0.2, 0.2 * (0.1 + 0.9 * 0.5), 0.02]
  for (const [i, rate] of rates.entries()) assert.ok(Math.abs(rate - expected[i]!) < 1e-15)
  assert.throws(() => learningRate(11, 10, schedule), /step: got 11; expected 1 … 10/)
})

test('a step is clipping and AdamW in f64 by hand', async () => {
  const clip = 0.05
  const settings = { ...tinySettings, optimiser: { ...tinySettings.optimiser, clip } }
  using trainer = createTrainer(tinyTask(), settings)
  using unclipped = createTrainer(tinyTask(), {
    ...settings,
    optimiser: { ...settings.optimiser, clip: Number.POSITIVE_INFINITY },
  })
  const before = trainer.state()
  const { gradNorm, learningRate: lr } = await trainer.next()
  await unclipped.next()
  const [after, raw] = [trainer.state(), unclipped.state()]
  const { beta1, beta2, eps, weightDecay } = settings.optimiser
  // After the first step m is (1 - beta1) times the gradient.
  const gradients = Object.keys(tinyTask().parameters).flatMap((name) =>
    name === 'fixed' ? [] : [[name, [...raw[`m/${name}`]!].map((m) => m / (1 - beta1))] as const],
  )
  const norm = Math.hypot(...gradients.flatMap(([, g]) => g))
  assert.ok(Math.abs(gradNorm - norm) < 1e-5 * norm, `${gradNorm} and ${norm}`)
  assert.ok(norm > clip)
  for (const [name, gradient] of gradients)
    gradient.forEach((g, i) => {
      const clipped = (g * clip) / (norm + 1e-6)
      const decay = name.endsWith('weight') ? weightDecay : 0
      const [m, v] = [(1 - beta1) * clipped, (1 - beta2) * clipped ** 2]
      const moved = (lr / (1 - beta1)) * (m / (Math.sqrt(v) / Math.sqrt(1 - beta2) + eps))
      const expected = before[name]![i]! * (1 - lr * decay) - moved
      assert.ok(Math.abs(after[name]![i]! - expected) < 1e-5, `${name}[${i}]`)
    })
  assert.equal([...after.fixed!], [3])
})

test('two batches make the step of their mean gradient', async () => {
  const settings = { ...tinySettings, accumulate: 2, optimiser: { ...tinySettings.optimiser, clip: 1e9 } }
  using both = createTrainer(tinyTask(), settings)
  const single = (number: number) => {
    const task = tinyTask()
    return createTrainer({ ...task, batch: () => task.batch(number) }, { ...settings, accumulate: 1 })
  }
  using first = single(0)
  using second = single(1)
  const results = await Promise.all([both, first, second].map((trainer) => trainer.next()))
  const [b, f, s] = [both, first, second].map((trainer) => trainer.state()) as [State, State, State]
  for (const name of ['m/up.weight', 'm/down.weight', 'm/up.bias'])
    b[name]!.forEach((m, i) => {
      const mean = (f[name]![i]! + s[name]![i]!) / 2
      assert.ok(Math.abs(m - mean) < 1e-7, `${name}[${i}] is ${m}, the mean ${mean}`)
    })
  assert.is(results[0]!.count, 12)
  assert.ok(
    Math.abs(results[0]!.losses.loss! - (results[1]!.losses.loss! + results[2]!.losses.loss!) / 2) < 1e-6,
  )
})

for (const accumulate of [1, 3])
  test(`10 steps are 5, a stop and 5, bit for bit: ${accumulate} batches a step`, async () => {
    const [whole, parts] = [newFolder(), newFolder()]
    const settings = { accumulate }
    const options = { settings, evaluateEvery: 4 }
    const all = await train(whole, { ...options, threads: 1 })
    const one = await train(parts, { ...options, stopAfter: 5, threads: 2 })
    assert.equal(await listCheckpoints(parts), [5], 'who leaves the loop leaves a checkpoint')
    const two = await train(parts, options)
    assert.equal(
      timeless([...one, ...two]).map(({ ...p }) => ({ ...p, checkpoint: '' })),
      timeless(all).map(({ ...p }) => ({ ...p, checkpoint: '' })),
    )
    assert.equal(bytes(await lastState(whole)), bytes(await lastState(parts)))
    const metrics = await Promise.all([whole, parts].map((f) => readMetrics(join(f, 'metrics.jsonl'))))
    assert.equal(timeless(metrics[1]!), timeless(metrics[0]!))
    assert.equal(
      metrics[0]!.map(({ step }) => step),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    )
    assert.equal(
      metrics[0]!.flatMap(({ step, evaluation }) => (evaluation ? [step] : [])),
      [4, 8, 10],
    )
    assert.is(metrics[0]![9]!.evaluation!.fixed, 3)
    assert.match(
      readFileSync(join(whole, 'losses.svg'), 'utf8'),
      /^<svg .*loss.*bias \(evaluation\).*<\/svg>\n$/,
    )
    assert.equal(await train(whole, options), [], 'a run that is over stays so')
  })

test('training lowers the loss', async () => {
  const schedule = { learningRate: 0.05, warmup: 10, final: 0.1 }
  const losses = (await train(newFolder(), { settings: { steps: 300, schedule } })).map((p) => p.losses.loss!)
  const mean = (some: readonly number[]) => some.reduce((a, b) => a + b) / some.length
  assert.ok(mean(losses.slice(-50)) < 0.2 * mean(losses.slice(0, 10)))
})

test('metrics beyond the last checkpoint are written again', async () => {
  const folder = newFolder()
  await train(folder, { stopAfter: 6, checkpointEvery: 3 })
  assert.equal(await listCheckpoints(folder), [6, 3])
  const path = join(folder, 'metrics.jsonl')
  const line = JSON.stringify({ step: 7, count: 1, losses: {}, learningRate: 0, gradNorm: 0, perSecond: 0 })
  writeFileSync(path, `${readFileSync(path, 'utf8')}${line}\n{"step": 8, "los`)
  await train(folder)
  assert.equal(
    (await readMetrics(path)).map(({ step }) => step),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
})

test('a cancelled run leaves a checkpoint and goes on from there', async () => {
  const folder = newFolder()
  for (const accumulate of [1, 2]) {
    const controller = new AbortController()
    const reason = new Error('enough')
    const settings = { ...tinySettings, accumulate }
    const seen: number[] = []
    try {
      const options = { folder, signal: controller.signal, restart: true }
      for await (const { step } of trainLoop(tinyTask(), settings, options)) {
        seen.push(step)
        if (step === 4) setImmediate(() => controller.abort(reason))
      }
      assert.unreachable()
    } catch (error) {
      assert.is(error, reason)
    }
    assert.equal(await listCheckpoints(folder), [seen.at(-1)])
    const rest = await train(folder, { settings })
    assert.is(rest[0]!.step, seen.at(-1)! + 1)
    const oracle = newFolder()
    await train(oracle, { settings })
    assert.equal(bytes(await lastState(folder)), bytes(await lastState(oracle)))
  }
})

test('other settings do not go on from a checkpoint, unless told to restart', async () => {
  const folder = newFolder()
  await train(folder, { stopAfter: 2 })
  await rejects(
    () => train(folder, { settings: { schedule: { ...tinySettings.schedule, learningRate: 0.02 } } }),
    'BAD_ARGUMENT',
    /^schedule\.learningRate: got 0\.02; expected 0\.01, with which the checkpoints of .* were made/,
  )
  await rejects(() => train(folder, {}, tinyTask({ blowUp: 99 })), 'BAD_ARGUMENT', /^config\.blowUp: got 99/)
  assert.is((await train(folder, { settings: { seed: 2 }, restart: true })).length, 10)
  assert.equal(await listCheckpoints(folder), [10])
})

test('a checkpoint of another shape, cut in half or damaged is told', async () => {
  const folder = newFolder()
  await train(folder, { stopAfter: 2 })
  await rejects(
    () => train(folder, {}, { ...tinyTask({ width: 9 }), config: {} }),
    'BAD_FILE',
    /state\.safetensors: up\.weight is F32 \[8, 5\]; the model has F32 \[9, 5\]$/,
  )
  const extra = tinyTask()
  const parameters = { ...extra.parameters, more: { shape: [1], decay: false, trained: false } }
  await rejects(() => train(folder, {}, { ...extra, parameters }), 'BAD_FILE', /no tensor more$/)
  const path = join(folder, 'checkpoint-00000002')
  const file = join(path, 'state.safetensors')
  const whole = readFileSync(file)
  truncateSync(file, whole.length - 200)
  await rejects(() => train(folder), 'BAD_FILE', /state\.safetensors: tensor "[^"]+": ends \d+ bytes behind/)
  truncateSync(file, 5)
  await rejects(() => train(folder), 'BAD_FILE', /5 bytes are too few/)
  writeFileSync(file, whole)
  truncateSync(join(path, 'checkpoint.json'), 20)
  await rejects(() => train(folder), 'BAD_FILE', /checkpoint\.json: not JSON: cut or damaged/)
})

test('a disk that fills up in a checkpoint leaves the one before', async () => {
  const folder = newFolder()
  await train(folder, { stopAfter: 3 })
  const before = bytes(await lastState(folder))
  const shapes = stateShapes(tinyTask())
  const { state, settings } = await loadCheckpoint(folder, 3, shapes)
  const full: typeof writeSafetensors = async (path, tensors) => {
    await writeSafetensors(path, tensors.slice(0, 2))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  await rejects(
    () => saveCheckpoint(folder, { step: 4, settings, state }, shapes, full),
    'BAD_FILE',
    /checkpoint-00000004: cannot write: ENOSPC/,
  )
  assert.equal(readdirSync(folder).sort(), ['checkpoint-00000003', 'metrics.jsonl'], 'nothing is left behind')
  assert.equal(bytes(await lastState(folder)), before)
  // A writer that was killed cannot clean up; the next run does.
  const leftover = join(folder, '.checkpoint-00000004.12345-abcdef.tmp')
  mkdirSync(leftover)
  copyFileSync(join(folder, 'metrics.jsonl'), join(leftover, 'state.safetensors'))
  await train(folder)
  assert.not(existsSync(leftover))
})

test('training that diverges stops with an error and keeps its last checkpoint', async () => {
  const folder = newFolder()
  await rejects(
    () => train(folder, { checkpointEvery: 2 }, tinyTask({ blowUp: 6 })),
    'BAD_ARGUMENT',
    /^step 7: the loss is Infinity and the norm of its gradient .*: training diverged/,
  )
  assert.equal(await listCheckpoints(folder), [6, 4])
})

for (const accumulate of [1, 2])
  test(`a step that fails or is cancelled leaves all as it was: ${accumulate} batches a step`, async () => {
    const task = tinyTask()
    const settings = { ...tinySettings, accumulate }
    const controller = new AbortController()
    const reason = new Error('enough')
    // The last batch of the second step is broken first, then of another shape, and then it comes too late.
    const last = 2 * accumulate - 1
    let ways = ['broken', 'shape', 'cancelled']
    using trainer = createTrainer(
      {
        ...task,
        batch: async (number) => {
          const batch = await task.batch(number)
          if (number !== last) return batch
          if (ways[0] === 'broken') throw new VmmError('BAD_FILE', 'gone')
          if (ways[0] === 'cancelled') controller.abort(reason)
          return ways[0] === 'shape' ? { ...batch, inputs: { ...batch.inputs, x: batch.inputs.y! } } : batch
        },
      },
      settings,
    )
    using oracle = createTrainer(task, settings)
    const same = () => {
      assert.is(trainer.step, oracle.step)
      assert.equal(bytes(trainer.state()), bytes(oracle.state()))
      assert.not(trainer.diverged)
    }
    await trainer.next()
    await oracle.next()
    await rejects(() => trainer.next(), 'BAD_FILE', /gone/)
    same()
    ways = ways.slice(1)
    await rejects(() => trainer.next(), 'BAD_ARGUMENT', /^x: /)
    same()
    ways = ways.slice(1)
    await trainer.next({ signal: controller.signal }).then(
      () => assert.unreachable('was not cancelled'),
      (error) => assert.is(error, reason),
    )
    same()
    ways = []
    for (let step = 2; step <= 5; step++)
      assert.equal(await trainer.next(), await oracle.next(), `step ${step}`)
    same()
  })

for (const accumulate of [1, 2])
  test(`a step that diverges is not counted, and restoring goes on: ${accumulate} batches a step`, async () => {
    const settings = { ...tinySettings, accumulate }
    let blowUp = true
    const [sound, unsound] = [tinyTask(), tinyTask({ blowUp: 3 * accumulate })]
    using trainer = createTrainer(
      { ...sound, batch: (number) => (blowUp ? unsound : sound).batch(number) },
      settings,
    )
    using oracle = createTrainer(sound, settings)
    for (let step = 1; step <= 3; step++) assert.equal(await trainer.next(), await oracle.next())
    const before = trainer.state()
    const message = /^step 4: the loss is Infinity and the norm of its gradient .*: training diverged/
    for (const call of [() => trainer.next(), () => trainer.next(), () => trainer.state()])
      await rejects(call, 'BAD_ARGUMENT', message)
    assert.equal([trainer.step, trainer.diverged], [3, true])
    blowUp = false
    trainer.restore(before, 3)
    assert.not(trainer.diverged)
    for (let step = 4; step <= 6; step++) assert.equal(await trainer.next(), await oracle.next())
    assert.equal(bytes(trainer.state()), bytes(oracle.state()))
  })

/** A task whose evaluations give these scores, one after the other; the same parameters always have the same. */
function scored(scores: readonly number[]): TrainTask {
  const task = tinyTask()
  const known = new Map<number, number>()
  const evaluate: TrainTask['evaluate'] = async (parameters, run) => {
    const { bias } = await task.evaluate!(parameters, run)
    const score = known.get(bias!) ?? scores[known.size]!
    known.set(bias!, score)
    return { score, bias: bias! }
  }
  return { ...task, evaluate }
}

for (const better of ['low', 'high'] as const)
  test(`the best checkpoint stays beside the last ones: ${better}`, async () => {
    const best = { measure: 'score', better }
    const task = scored(better === 'low' ? [4, 1, 3, 1, 2] : [1, 2, 5, 3, 5])
    const step = better === 'low' ? 4 : 6
    const options = { evaluateEvery: 2, checkpointEvery: 3, keep: 1, best }
    const [whole, parts] = [newFolder(), newFolder()]
    const told = await train(whole, options, task)
    const value = told[step - 1]!.evaluation!.score!
    assert.equal(
      told.flatMap(({ step, checkpoint }) => (checkpoint ? [step] : [])),
      [2, 3, 4, 6, 9, 10],
      'one for each that is better, beside those that are due',
    )
    assert.equal(await listCheckpoints(whole), [10, step])
    assert.equal(await bestCheckpoint(whole, best), { step, value })
    const kept = await loadCheckpoint(whole, step, stateShapes(task))
    assert.equal(kept.evaluation, told[step - 1]!.evaluation)
    for (const stopAfter of [1, 3, 5, 7, 9]) await train(parts, { ...options, stopAfter }, task)
    await train(parts, options, task)
    assert.equal(await listCheckpoints(parts), [10, step])
    assert.equal(bytes((await loadCheckpoint(parts, step, stateShapes(task))).state), bytes(kept.state))

    // Checkpoints of earlier versions do not say what was measured.
    for (const at of [10, step]) {
      const path = join(parts, `checkpoint-${String(at).padStart(8, '0')}`, 'checkpoint.json')
      const about = JSON.parse(readFileSync(path, 'utf8'))
      assert.equal(about.evaluation, told[at - 1]!.evaluation)
      writeFileSync(path, JSON.stringify({ ...about, evaluation: undefined }))
    }
    assert.is(await bestCheckpoint(parts, best), null)
    assert.equal(await train(parts, options, task), [])
    assert.equal(await bestCheckpoint(parts, best), { step, value })

    await train(parts, { ...options, restart: true, stopAfter: 1 }, task)
    assert.equal(await listCheckpoints(parts), [1])
  })

test('what is no number is never the best', async () => {
  const best = { measure: 'score', better: 'high' } as const
  const folder = newFolder()
  let evaluations = 0
  const values = [Number.NaN, 1, Number.POSITIVE_INFINITY, 2, Number.NaN]
  const task = { ...tinyTask(), evaluate: async () => ({ score: values[evaluations++]! }) }
  await train(folder, { evaluateEvery: 2, keep: 1, best }, task)
  assert.equal(await listCheckpoints(folder), [10, 8])
  assert.equal(await bestCheckpoint(folder, best), { step: 8, value: 2 })
  const { evaluation } = await loadCheckpoint(folder, 10, stateShapes(task))
  assert.ok(Number.isNaN(evaluation!.score))
  assert.is(await bestCheckpoint(folder, { ...best, measure: 'other' }), null)
})

test('what is asked before a checkpoint may refuse it', async () => {
  const folder = newFolder()
  let asked = 0
  const beforeCheckpoint = async () => {
    if (++asked === 2) throw new VmmError('IN_USE', 'somebody else is here')
  }
  const options = { checkpointEvery: 2, beforeCheckpoint }
  await rejects(() => train(folder, options), 'IN_USE', /somebody else/)
  assert.equal(await listCheckpoints(folder), [2])
})

test.run()
