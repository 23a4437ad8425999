import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { LoadedParts } from './loader.ts'
import type { CheckedOptions } from './options.ts'
import type { Metrics } from './records/metrics.ts'
import type { RecentErrors } from './records/recent_errors.ts'
import type { Usage } from './records/usage.ts'
import type { Work } from './work.ts'

/** The application, whose routes have the types of their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What routes work with. */
export interface ServerContext {
  readonly options: CheckedOptions
  readonly parts: LoadedParts
  readonly work: Work
  readonly metrics: Metrics
  readonly usage: Usage
  readonly errors: RecentErrors
  /** What ends each open stream of events. */
  readonly streams: Set<() => void>
  readonly isStopping: () => boolean
  /** Seconds since 1970. */
  readonly started: number
}

/** Counts texts and tokens for the user of a request. */
export function countTexts(
  { usage, metrics }: Pick<ServerContext, 'usage' | 'metrics'>,
  user: string,
  texts: number,
  tokens: number,
): void {
  usage.count(user, { texts, tokens })
  metrics.tokens(tokens)
}
