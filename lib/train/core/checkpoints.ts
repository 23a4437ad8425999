import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, VmmError } from '../../core/errors.ts'
import { atomicWrite, fileError, systemCode } from '../../io/files.ts'
import { parseJson } from '../../io/json.ts'
import { replaceFolder } from '../../io/replace_folder.ts'
import { readSafetensorsHeader, writeSafetensors } from '../../io/safetensors/file.ts'
import { mapFile, readTensor } from '../../tensor/device_tensor.ts'
import { formatShape, type Shape, sameShape } from '../../tensor/shape.ts'
import type { Measures } from './task.ts'

const FORMAT = 1
const STATE_FILE = 'state.safetensors'
const ABOUT_FILE = 'checkpoint.json'
const NAME = /^checkpoint-(\d{8,})$/
const LEFTOVER = /^\.checkpoint-\d{8,}\..*\.tmp$/

/** All that a run needs to go on as if it had not stopped. */
export interface Checkpoint {
  readonly step: number
  /** Plain JSON that must be the same when the run goes on. */
  readonly settings: unknown
  /** Parameters by name, moments below `m/` and `v/`. */
  readonly state: Readonly<Record<string, Float32Array>>
  /** What was measured after this step; missing where nothing was, and in checkpoints of earlier versions. */
  readonly evaluation?: Measures | undefined
}

/** What a checkpoint says of itself. */
export type AboutCheckpoint = Omit<Checkpoint, 'state'>

/**
 * Writes a checkpoint as a folder of its own below `folder`. It is written under a temporary name, flushed and renamed:
 * whatever happens, the checkpoints before it stay as they are. Returns its path.
 *
 * @param shapes of all tensors of the state
 * @param write  writes the tensors
 * @throws VmmError BAD_FILE when the disk is full or not writable
 */
export async function saveCheckpoint(
  folder: string,
  { state, ...about }: Checkpoint,
  shapes: Readonly<Record<string, Shape>>,
  write = writeSafetensors,
): Promise<string> {
  const path = checkpointPath(folder, about.step)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError(path, 'write', error)
  })
  await replaceFolder(path, async (temporary) => {
    const tensors = Object.entries(state).map(
      ([name, data]) => ({ name, dtype: 'F32', shape: shapes[name]!, data }) as const,
    )
    await write(join(temporary, STATE_FILE), tensors)
    await writeAbout(temporary, about)
  })
  return path
}

/** Adds to a checkpoint what was measured later. Throws VmmError BAD_FILE, and then it is as it was. */
export async function addEvaluation(folder: string, step: number, evaluation: Measures): Promise<void> {
  await writeAbout(checkpointPath(folder, step), { ...(await aboutCheckpoint(folder, step)), evaluation })
}

async function writeAbout(path: string, { step, settings, evaluation }: AboutCheckpoint): Promise<void> {
  const about = `${JSON.stringify({ format: FORMAT, step, settings, evaluation }, null, 2)}\n`
  await atomicWrite(join(path, ABOUT_FILE), [about])
}

/** Steps of the checkpoints below a folder, the last one first; none where there is no such folder. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw fileError(folder, 'read', error)
  })
  const steps = names.flatMap((name) => {
    const digits = NAME.exec(name)?.[1]
    return digits === undefined ? [] : [Number(digits)]
  })
  return steps.sort((a, b) => b - a)
}

/**
 * Reads the checkpoint of a step.
 *
 * @param shapes what the model needs
 * @throws VmmError NOT_FOUND, or BAD_FILE when a file is cut or damaged or has tensors of another model
 */
export async function loadCheckpoint(
  folder: string,
  step: number,
  shapes: Readonly<Record<string, Shape>>,
): Promise<Checkpoint> {
  const about = await aboutCheckpoint(folder, step)
  const file = join(checkpointPath(folder, step), STATE_FILE)
  const { tensors } = await readSafetensorsHeader(file)
  const found = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  for (const [name, shape] of Object.entries(shapes)) {
    const tensor = found.get(name)
    if (!tensor) throw bad(file, `no tensor ${name}`)
    if (tensor.dtype !== 'F32' || !sameShape(tensor.shape, shape))
      throw bad(
        file,
        `${name} is ${tensor.dtype} ${formatShape(tensor.shape)}; the model has F32 ${formatShape(shape)}`,
      )
  }
  for (const { name } of tensors)
    if (!Object.hasOwn(shapes, name)) throw bad(file, `the model has no tensor ${name}`)
  const mapped = mapFile(file)
  try {
    const state = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        using tensor = mapped.tensor('f32', shape, found.get(name)!.begin)
        return [name, readTensor(tensor) as Float32Array]
      }),
    )
    return { ...about, state }
  } finally {
    mapped.dispose()
  }
}

/** Removes all checkpoints but the last `keep` and that of one more step, and what writers that were killed have left. */
export async function pruneCheckpoints(folder: string, keep: number, spared?: number): Promise<void> {
  for (const step of (await listCheckpoints(folder)).slice(keep).filter((step) => step !== spared))
    await rm(checkpointPath(folder, step), { recursive: true, force: true })
  for (const name of await readdir(folder).catch(() => []))
    if (LEFTOVER.test(name)) await rm(join(folder, name), { recursive: true, force: true })
}

export function checkpointPath(folder: string, step: number): string {
  return join(folder, `checkpoint-${String(step).padStart(8, '0')}`)
}

/** What the checkpoint of a step says of itself. Throws VmmError NOT_FOUND or BAD_FILE. */
export async function aboutCheckpoint(folder: string, step: number): Promise<AboutCheckpoint> {
  const path = join(checkpointPath(folder, step), ABOUT_FILE)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(path, 'read', error)
  })
  const json = parseJson(text, path, 'cut or damaged') as Readonly<Record<string, unknown>> | null
  if (json?.format !== FORMAT)
    throw bad(path, `format ${describe(json?.format)}; this version reads ${FORMAT}`)
  if (json.step !== step) throw bad(path, `it is of step ${describe(json.step)}, not ${step}`)
  const { settings, evaluation } = json
  return evaluation === undefined
    ? { step, settings }
    : { step, settings, evaluation: measuresOf(evaluation, path) }
}

function measuresOf(json: unknown, path: string): Measures {
  if (typeof json !== 'object' || json === null) throw bad(path, `evaluation is ${describe(json)}`)
  return Object.fromEntries(
    Object.entries(json).map(([name, value]: [string, unknown]) => {
      if (value === null) return [name, Number.NaN] // as JSON has what is not finite
      if (typeof value !== 'number') throw bad(path, `evaluation.${name} is ${describe(value)}`)
      return [name, value]
    }),
  )
}

function bad(path: string, problem: string): VmmError {
  return new VmmError('BAD_FILE', `${path}: ${problem}`)
}
