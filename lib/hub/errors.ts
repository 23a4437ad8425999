import { type ErrorCode, VmmError } from '../core/errors.ts'

/** Why a download failed, as a stable word that callers can switch on. */
export type HubReason =
  | 'gated' // its owner lets in those alone who have agreed to something
  | 'token' // the token is not accepted
  | 'repository' // there is none of that name, or it is private
  | 'revision' // the repository has no such branch, tag or commit
  | 'entry' // the repository lacks a file
  | 'busy' // the hub asks to wait for longer than is waited
  | 'network' // nothing answers, or the connection is lost again and again
  | 'server' // an answer that a hub does not give
  | 'offline' // nothing may be fetched, and it is not all there
  | 'listing' // names that would leave the folder, or sizes that are none
  | 'hash' // what came is not what the listing names
  | 'disk' // there is no space left

const CODES: Readonly<Record<HubReason, ErrorCode>> = {
  gated: 'BAD_ARGUMENT',
  token: 'BAD_ARGUMENT',
  repository: 'NOT_FOUND',
  revision: 'NOT_FOUND',
  entry: 'NOT_FOUND',
  busy: 'SERVICE',
  network: 'SERVICE',
  server: 'SERVICE',
  offline: 'SERVICE',
  listing: 'BAD_FILE',
  hash: 'BAD_FILE',
  disk: 'BAD_FILE',
}

const ARGUMENTS: Readonly<Partial<Record<HubReason, string>>> = {
  gated: 'token',
  token: 'token',
  repository: 'repository',
  revision: 'revision',
}

/**
 * A VmmError of a download, with its reason. Its messages never quote tokens, nor addresses that are signed.
 *
 * @example
 * ```js
 * import { HubError, pullModel } from 'vector-mamba'
 *
 * const error = await pullModel('owner/name', { cacheDir: 'hub', offline: true }).catch((e) => e)
 * console.log(error instanceof HubError, error.reason) // true offline
 * ```
 */
export class HubError extends VmmError {
  readonly reason: HubReason

  constructor(reason: HubReason, message: string, cause?: unknown) {
    const argument = ARGUMENTS[reason]
    super(CODES[reason], message, { cause, ...(argument !== undefined && { argument }) })
    this.reason = reason
  }
}

/** Whether trying again may help. */
export function mayPass(error: unknown): boolean {
  return error instanceof HubError && (error.reason === 'network' || error.reason === 'server')
}
