import { resolve } from 'node:path'
import type { Encoder } from '../../core/encoder.ts'
import { type Fields, type Key, keysOf, readFields } from '../../core/fields.ts'
import type { CallOptions } from '../../core/run_options.ts'
import type { LoadEncoderOptions } from '../../models/published/options.ts'
import { schemeOf } from '../../store/places.ts'
import type { BestMeasure } from './best.ts'
import type { DocumentRunConfig } from './run_config.ts'
import type { Measures, TrainTask } from './task.ts'

/** Which vectors of an encoder a run reads: those of a published one without its head, or all as they are. */
export type EncoderForm = Pick<LoadEncoderOptions, 'head'>

/** What a run has for the model that it trains. */
export interface TrainContext extends Pick<CallOptions, 'signal' | 'threads'> {
  /** The model that makes the vectors. It is there until the run ends. */
  readonly encoder: Encoder
  readonly cacheDir?: string | undefined
  /** To be called with the sentences done so far, where documents are encoded before training begins. */
  readonly onEncoding?: ((sentences: number) => void) | undefined
  /**
   * The folder of a model that the config names under a key: one beside the config, or else that of an installed
   * package. Throws VmmError NOT_FOUND that names the key.
   */
  modelFolder(key: string, name: string): Promise<string>
}

/** A model and its data, ready to be trained. */
export interface OpenedTraining<D> {
  readonly task: TrainTask
  /** What it is trained on. */
  readonly data: D
  /** The same for people, in lines. */
  readonly about: readonly string[]
  /** Frees what was opened. */
  dispose?(): void | Promise<void>
}

/** What a bundle is made from. */
export interface Trained {
  /** f32, by the names of the task's parameters. */
  readonly parameters: Readonly<Record<string, Float32Array>>
  /** Of the encoder whose vectors they were trained on. */
  readonly encoderFingerprint: string
  /**
   * What was measured with these parameters; measured anew where that was lost, undefined where there is nothing to
   * evaluate on.
   */
  evaluation(): Promise<Measures | undefined>
  readonly signal?: AbortSignal | undefined
}

/** A model that can be trained, as its folder defines it. */
export interface TrainableSpec<C extends DocumentRunConfig, D> {
  /** What `vmm train` and trainModel call it. */
  readonly name: string
  /** What it is, as a part of a sentence. */
  readonly what: string
  /** What its data are counted in. */
  readonly unit: string
  /** The folder of the trained bundle, in that of the run. */
  readonly bundle: string
  /** The measure of its evaluation by which the best checkpoint is told; left out where it has no evaluation. */
  readonly best?: BestMeasure
  /** Reads and completes a config. Throws VmmError BAD_ARGUMENT that names the key. */
  config(fields: Fields): C
  /** How the encoder of a config is loaded, where that is not as always. */
  encoder?(training: C): EncoderForm
  /** Opens model and data. `documents` and `out` of the config are whole paths here, and the folder `out` is there. */
  open(training: C, context: TrainContext): Promise<OpenedTraining<D>>
  /** Writes the bundle to a folder, or replaces it as a whole. */
  save(folder: string, trained: Trained & { readonly training: C; readonly data: D }): Promise<void>
  readonly sample: TrainingSample
}

/** A run that takes seconds: what the contract test of all trainables trains. */
export interface TrainingSample {
  /**
   * Without `documents`, `out` and `checkpoints`. Four steps or more and, where there is an evaluation, two of them or
   * more. The documents have 5 to 24 short sentences each; their vectors have 16 dims.
   */
  readonly config: Readonly<Record<string, unknown>>
  /** The trainable whose sample is trained first. Its bundle is then at NAME/BUNDLE, seen from the config. */
  readonly after?: string
  /** Loads the bundle. */
  load(folder: string, encoder: Encoder): Promise<AsyncDisposable>
}

/** A model that can be trained, whatever its config is. `D` is what it tells of its data. */
export interface Trainable<D = unknown>
  extends Pick<TrainableSpec<never, D>, 'name' | 'what' | 'unit' | 'bundle' | 'best' | 'sample'> {
  /** All keys of its config, in order. */
  keys(): readonly Key[]
  /**
   * Completes a config.
   *
   * @param folder what its paths begin at
   * @throws VmmError BAD_ARGUMENT naming the key that is wrong, or that does not exist
   */
  configure(json: unknown, folder: string): ConfiguredTraining<D>
}

/** A run whose config is complete; `documents` and `out` are whole paths. */
export interface ConfiguredTraining<D> {
  readonly training: DocumentRunConfig
  readonly encoderForm: EncoderForm
  open(context: TrainContext): Promise<OpenedRun<D>>
}

export interface OpenedRun<D> extends OpenedTraining<D> {
  save(folder: string, trained: Trained): Promise<void>
}

/** Makes one kind of thing of all models that can be trained: lib/train/trainables.ts lists them. */
export function defineTrainable<C extends DocumentRunConfig, D>(spec: TrainableSpec<C, D>): Trainable<D> {
  const { name, what, unit, bundle, best, sample } = spec
  return {
    ...{ name, what, unit, bundle, sample },
    ...(best ? { best } : {}),
    keys: () => keysOf(spec.config),
    configure: (json, folder) => {
      const given = readFields(json, spec.config)
      const training = {
        ...given,
        documents: given.documents.map((path) => (schemeOf(path) === null ? resolve(folder, path) : path)),
        out: resolve(folder, given.out),
      }
      return {
        training,
        encoderForm: spec.encoder?.(training) ?? {},
        open: async (context) => {
          const opened = await spec.open(training, context)
          const { data } = opened
          return { ...opened, save: (to, trained) => spec.save(to, { ...trained, training, data }) }
        },
      }
    },
  }
}
