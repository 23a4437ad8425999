import type {
  ConceptStore,
  Domains,
  Encoder,
  Inverter,
  Predictor,
  SentenceBank,
  TextGenerator,
} from 'vector-mamba'

/** Told while a part is being made, such as the vectors of concepts on first use. */
export type TellProgress = (done: number, total: number) => void

/** A part that is there, or what loads it; parts are loaded one after the other, in the order of ServerEngine's fields. */
export type Part<T> = T | ((onProgress: TellProgress) => Promise<T>)

/** What is served. Routes of parts that are left out do not exist. All parts stay the caller's, who disposes of them. */
export interface ServerEngine {
  readonly encoder: Part<Encoder>
  /** Concepts that have vectors of the encoder's space: /concepts/search. */
  readonly concepts?: Part<ConceptStore> | undefined
  /** Known sentences of the encoder's space, which /predict chooses among. */
  readonly sentences?: Part<SentenceBank> | undefined
  /** Of the encoder's space: /route. */
  readonly domains?: Part<Domains> | undefined
  /** Of the encoder's space: /predict, and the experts of /route. */
  readonly predictor?: Part<Predictor> | undefined
  /** Of the encoder's space: /invert, and the sentences of /predict. */
  readonly inverter?: Part<Inverter> | undefined
  /** /generate */
  readonly generator?: Part<TextGenerator> | undefined
}

/** The types of the parts by their names. */
export interface Parts {
  readonly encoder: Encoder
  readonly concepts: ConceptStore
  readonly sentences: SentenceBank
  readonly domains: Domains
  readonly predictor: Predictor
  readonly inverter: Inverter
  readonly generator: TextGenerator
}

export type PartName = keyof Parts

/** In the order in which they are loaded. */
export const PART_NAMES = [
  'encoder',
  'concepts',
  'sentences',
  'domains',
  'predictor',
  'inverter',
  'generator',
] as const
