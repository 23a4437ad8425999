// The package that serves models. It is not installed with this one.
declare module 'vector-mamba-server' {
  export type TellProgress = (done: number, total: number) => void
  type Part<T> = T | ((onProgress: TellProgress) => Promise<T>)

  export interface ServerEngine {
    readonly encoder: Part<import('../core/encoder.ts').Encoder>
    readonly concepts?: Part<import('../store/store.ts').ConceptStore> | undefined
    readonly sentences?: Part<import('../concepts/bank/sentence_bank.ts').SentenceBank> | undefined
    readonly domains?: Part<import('../concepts/domains/domains.ts').Domains> | undefined
    readonly predictor?: Part<import('../models/predictor/predictor.ts').Predictor> | undefined
    readonly inverter?: Part<import('../models/inverter/inverter.ts').Inverter> | undefined
    readonly generator?: Part<import('../models/lm/text_generator.ts').TextGenerator> | undefined
  }

  export interface ServerOptions {
    readonly host?: string | undefined
    readonly port?: number | undefined
    readonly tokens?: Readonly<Record<string, string>> | undefined
    readonly allowedHosts?: readonly string[] | undefined
    readonly threads?: number | undefined
    readonly timeouts?: Readonly<Record<string, number>> | undefined
    readonly queues?: Readonly<Record<string, number>> | undefined
    readonly bodyLimit?: number | undefined
    readonly onAnswer?: ((entry: object) => void) | undefined
    readonly onError?: ((error: object) => void) | undefined
  }

  export interface InjectedAnswer {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, unknown>>
    readonly body: string
    json<T>(): T
  }

  export interface Server {
    readonly app: {
      inject(request: {
        readonly method?: 'GET' | 'POST' | 'PUT' | undefined
        readonly url: string
        readonly headers?: Readonly<Record<string, string>> | undefined
        readonly payload?: string | object | undefined
      }): Promise<InjectedAnswer>
    }
    listen(): Promise<string>
    load(): Promise<void>
    close(): Promise<void>
  }

  export function createServer(engine: ServerEngine, options?: ServerOptions): Promise<Server>
}
