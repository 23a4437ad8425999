/**
 * A server for the models of vector-mamba: embeddings as OpenAI has them, and the library's own routes.
 *
 * @module vector-mamba-server
 */

export { createServer, type Server } from './create_server.ts'
export type { Part, ServerEngine, TellProgress } from './engine.ts'
export type { LogEntry, QueueLimits, ReportedError, ServerOptions, Timeouts } from './options.ts'
