/** Who says something, and what. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** A JSON schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What a language model is asked. */
export interface ChatRequest {
  /** The last one is the user's. */
  readonly messages: readonly ChatMessage[]
  /** Tokens of the answer at most. Default 2048. */
  readonly maxTokens?: number | undefined
  /** 0, the default, is the likeliest answer. */
  readonly temperature?: number | undefined
  /** What the answer must be JSON of, for models that can be held to it. Nobody may trust it: see `askForJson`. */
  readonly schema?: JsonSchema | undefined
  /** Tells apart requests that are otherwise equal, so that a cache does not make one vote of several. Default 0. */
  readonly sample?: number | undefined
}

/** Tokens that were read and written; null where nobody has counted them. */
export interface TokenUsage {
  readonly input: number | null
  readonly output: number | null
}

/** What a language model has said. */
export interface ChatAnswer {
  /** Without what it has thought aloud. */
  readonly text: string
  readonly usage: TokenUsage
  /** Whether it was asked before, and nothing was paid now. */
  readonly cached: boolean
}

/** What US dollars a million tokens cost. */
export interface TokenPrice {
  readonly input: number
  readonly output: number
}

/** A language model that answers, wherever it runs. */
export interface ChatModel {
  /** What whoever runs it calls the model. */
  readonly model: string
  /** Who runs it, without port and key: what a cache knows it by. */
  readonly endpoint: string
  /** Null where it is not known. */
  readonly price: TokenPrice | null
  /**
   * Asks once; several calls may be under way at a time.
   *
   * @throws LlmError by its reason; VmmError BAD_ARGUMENT for what the model refuses, NOT_FOUND for a model that is not
   *   there; the signal's reason
   */
  chat(request: ChatRequest, options?: { readonly signal?: AbortSignal | undefined }): Promise<ChatAnswer>
  /** Frees what it holds. */
  dispose(): Promise<void>
}

/** What a request says where its caller leaves it out. */
export const CHAT_DEFAULTS = { maxTokens: 2048, temperature: 0, sample: 0 } as const
