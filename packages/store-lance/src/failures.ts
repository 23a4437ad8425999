import type { BackendTools } from 'vector-mamba'

/** What tells errors of native code from others: the statuses of Node-API. */
const NATIVE = new Set(['GenericFailure', 'InvalidArg', 'Unknown', 'PendingException', 'Cancelled'])
/** Where in LanceDB's sources an error was made. */
const PLACE = /,? ?\S*\.rs:\d+(?::\d+)?/g
const LONGEST = 400

/** Makes typed errors that name the folder of what LanceDB throws; others stay as they are. */
export function typedError(error: unknown, folder: string, { VmmError }: BackendTools): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  if (!(error instanceof Error) || typeof code !== 'string' || !NATIVE.has(code)) return error
  const message = error.message.split('\n')[0]!.replaceAll(PLACE, '').slice(0, LONGEST)
  return new VmmError('BAD_FILE', `${folder}: LanceDB: ${message}`, { cause: error })
}
