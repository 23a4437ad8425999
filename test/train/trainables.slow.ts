// What holds of everything that can be trained: each sample is a run of seconds.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TrainProgress } from '../../lib/train/core/loop.ts'
import { readMetrics } from '../../lib/train/core/metrics.ts'
import { LOCK_FILE, type TrainOptions } from '../../lib/train/core/run.ts'
import type { Trainable } from '../../lib/train/core/trainable.ts'
import { TRAINABLES, trainableOf, trainModel } from '../../lib/train/train_model.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rejects } from '../support/rejects.ts'
import { bookLines } from './tiny_books.ts'
import { tinyEncoder } from './tiny_encoder.ts'
import { sentenceLines } from './tiny_sentences.ts'

const folder = temporaryFolder()
const dims = 16
writeFileSync(join(folder, 'documents.jsonl'), [...sentenceLines, ...bookLines].join('\n'))

/** Encoders that were loaded and not yet disposed. */
let loaded = 0
const loadEncoder = async () => {
  loaded++
  return { ...tinyEncoder(dims), dispose: () => void loaded-- }
}

interface Options extends Pick<TrainOptions, 'signal' | 'onData'> {
  /** Called after each step; true leaves the run. */
  readonly after?: (progress: TrainProgress) => boolean | undefined | Promise<boolean | undefined>
}

function start({ name, sample }: Trainable, change: object, options: TrainOptions = {}) {
  const checkpoints = { every: 5, keep: 1 }
  const config = { documents: 'documents.jsonl', out: name, checkpoints, ...sample.config, ...change }
  return trainModel(name, config, { folder, cacheDir: join(folder, 'cache'), loadEncoder, ...options })
}

async function train(trainable: Trainable, change: object, options: Options = {}): Promise<TrainProgress[]> {
  const { after, ...rest } = options
  const told: TrainProgress[] = []
  for await (const progress of start(trainable, change, rest)) {
    told.push(progress)
    if (await after?.(progress)) break
  }
  return told
}

const whole = new Map<string, Promise<TrainProgress[]>>()
/** The undisturbed run of a sample, once, after those that it needs. */
async function trainWhole(trainable: Trainable): Promise<TrainProgress[]> {
  const { name, sample } = trainable
  if (sample.after !== undefined) await trainWhole(trainableOf(sample.after))
  if (!whole.has(name)) whole.set(name, train(trainable, {}))
  return whole.get(name)!
}

/** All files below a folder, by path; of metrics, what time does not decide. */
async function filesOf(path: string): Promise<Record<string, unknown>> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const contents = files.map(async (file) => [
    file.slice(path.length),
    file.endsWith('.jsonl')
      ? (await readMetrics(file)).map((line) => ({ ...line, perSecond: 0 }))
      : readFileSync(file).toString('base64'),
  ])
  return Object.fromEntries(await Promise.all(contents))
}

for (const trainable of TRAINABLES) {
  const { name, unit, what, bundle, best, sample } = trainable

  test(`${name}: a run leaves a bundle that loads, and nothing open`, async () => {
    const told = await trainWhole(trainable)
    const { steps } = sample.config as { steps: number }
    assert.equal(
      told.map(({ step }) => step),
      Array.from({ length: steps }, (_, i) => i + 1),
    )
    for (const { losses, count } of told)
      assert.ok(count > 0 && Object.values(losses).every(Number.isFinite), JSON.stringify(losses))
    const evaluations = told.flatMap(({ evaluation }) => (evaluation ? [evaluation] : []))
    if (best) {
      assert.ok(evaluations.length > 1)
      for (const evaluation of evaluations) assert.type(evaluation[best.measure], 'number')
    } else assert.is(evaluations.length, 0)
    const model = await sample.load(join(folder, name, bundle), tinyEncoder(dims))
    await model[Symbol.asyncDispose]()
    assert.not(existsSync(join(folder, name, LOCK_FILE)))
    assert.is(loaded, 0)
    assert.ok(unit.length > 0 && what.length > 0)
  })

  test(`${name}: cancelled and left, it goes on bit for bit, and no second run joins it`, async () => {
    await trainWhole(trainable)
    const out = `${name} in parts`
    const controller = new AbortController()
    const reason = new Error('enough')
    const first: number[] = []
    try {
      const after = ({ step }: TrainProgress) => {
        first.push(step)
        if (step === 2) controller.abort(reason)
        return undefined
      }
      await train(trainable, { out }, { signal: controller.signal, after })
      assert.unreachable('was not cancelled')
    } catch (error) {
      assert.is(error, reason)
    }
    assert.equal(first, [1, 2])
    assert.not(existsSync(join(folder, out, LOCK_FILE)))
    assert.is(loaded, 0)

    const second = await train(trainable, { out }, { after: ({ step }) => step === 3 })
    assert.equal(
      second.map(({ step }) => step),
      [3],
    )
    assert.not(existsSync(join(folder, out, bundle)))

    const refused = new RegExp(`^${join(folder, out)}: in use by process ${process.pid} on ${hostname()}, `)
    let refusals = 0
    const third = await train(
      trainable,
      { out },
      {
        after: async () => {
          await rejects(() => start(trainable, { out }).next(), 'IN_USE', refused)
          await rejects(() => start(trainable, { out }, { restart: true }).next(), 'IN_USE', refused)
          refusals++
          return undefined
        },
      },
    )
    assert.is(third[0]!.step, 4)
    assert.is(refusals, third.length)
    assert.equal(await filesOf(join(folder, out)), await filesOf(join(folder, name)))
    assert.is(loaded, 0)
  })

  test(`${name}: a run that is over writes its bundle again where it is missing, and takes no other settings`, async () => {
    await trainWhole(trainable)
    const before = await filesOf(join(folder, name))
    rmSync(join(folder, name, bundle), { recursive: true })
    assert.equal(await train(trainable, {}), [])
    assert.equal(await filesOf(join(folder, name)), before)
    const message = /^seed: got 4; expected 0, with which the checkpoints of .* were made/
    await rejects(() => train(trainable, { seed: 4 }), 'BAD_ARGUMENT', message)
    assert.equal(await filesOf(join(folder, name)), before)
    await train(trainable, { seed: 4, out: `${name} from another seed` })
    assert.not.equal(
      await filesOf(join(folder, `${name} from another seed`, bundle)),
      await filesOf(join(folder, name, bundle)),
    )
  })

  test(`${name}: its data are told, and an error on the way frees all`, async () => {
    await trainWhole(trainable)
    const out = `${name} with an error`
    const reason = new Error('no more of this')
    let lines: readonly string[] = []
    const onData = (_data: unknown, about: readonly string[]) => {
      lines = about
      assert.ok(existsSync(join(folder, out, LOCK_FILE)))
      throw reason
    }
    await train(trainable, { out }, { onData }).then(
      () => assert.unreachable(),
      (error) => assert.is(error, reason),
    )
    assert.ok(lines.length > 0 && lines.every((line) => line !== '' && !line.includes('\n')))
    assert.not(existsSync(join(folder, out, LOCK_FILE)))
    assert.is(loaded, 0)
  })

  test(`${name}: a config is completed, its keys are described, and a wrong one is named`, async () => {
    const keys = trainable.keys()
    const paths = keys.map(({ path }) => path)
    assert.is(new Set(paths).size, paths.length)
    for (const { path, about } of keys) assert.ok(about.endsWith('.'), `${path}: ${about}`)
    const nested = (some: typeof keys) => {
      const config: Record<string, unknown> = {}
      for (const { path, value } of some) {
        const [key, inner] = path.split('.') as [string, string?]
        if (inner === undefined) config[key] = value
        else config[key] = { ...(config[key] as object), [inner]: value }
      }
      return config
    }
    const least = nested(keys.filter(({ needed }) => needed))
    const { model: _, ...complete } = nested(keys)
    const { model: __, ...training } = trainable.configure(least, '.').training as { model?: unknown }
    const resolved = trainable.configure(complete, '.').training
    assert.equal({ ...training }, { ...complete, documents: resolved.documents, out: resolved.out })
    assert.is(resolved.out, join(process.cwd(), complete.out as string))

    const wrong = (change: object, message: RegExp) =>
      rejects(() => start(trainable, { out: 'none', ...change }).next(), 'BAD_ARGUMENT', message)
    await wrong({ nonsense: 1 }, /^nonsense: got a key; expected documents, /)
    for (const group of new Set(paths.flatMap((path) => (path.includes('.') ? path.split('.')[0]! : []))))
      await wrong(
        { [group]: { nonsense: 1 } },
        new RegExp(`^${group}\\.nonsense: got a (key|field); expected `),
      )
    await wrong({ steps: 0 }, /^steps: got 0; expected a whole number of 1 or more$/)
    await wrong(
      { checkpoints: { bundle: 'first' } },
      /^checkpoints\.bundle: got "first"; expected last \| best$/,
    )
    if (!best)
      await wrong({ checkpoints: { bundle: 'best' } }, /^checkpoints\.bundle: got "best"; expected last/)
    assert.not(existsSync(join(folder, 'none')))
    await rejects(
      () => start(trainable, { out: 'gone', documents: 'none.jsonl' }).next(),
      'NOT_FOUND',
      new RegExp(`^${join(folder, 'none.jsonl')}: cannot read`),
    )
    assert.is(loaded, 0)
  })
}

test('a kind that does not exist is refused with those that do', async () => {
  const names = TRAINABLES.map(({ name }) => name)
  assert.equal(names, [...new Set(names)].sort())
  const message = new RegExp(`^kind: got "encoder"; expected ${names.join(' \\| ')}$`)
  await rejects(() => trainModel('encoder', {}).next(), 'BAD_ARGUMENT', message)
})

test.run()
