import type { BackendTools, VmmError } from 'vector-mamba'

/** Makes typed errors of what the driver and the server say. */
export type Failed = (error: unknown) => VmmError

/** What the server calls the reason, as five characters; an errno of the network otherwise. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** Whether the same transaction may succeed when it is done again: a deadlock, or another one came first. */
export function mayBeRepeated(error: unknown): boolean {
  const code = codeOf((error as Error | null)?.cause)
  return code === '40P01' || code === '40001'
}

/** Whether a search met a part of pgvector's index that a vacuum was just taking away: it has no numbers any more. */
export function metVacuum(error: unknown): boolean {
  const cause = (error as Error | null)?.cause
  return codeOf(cause) === '22000' && messageOf(cause).startsWith('different halfvec dimensions')
}

/** What is to be done, by the server's codes. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  '28P01': 'the server refused the user or the password',
  '28000': 'the server refused the user',
  '42501':
    'the user lacks a right: to create a schema in the database or to own this one, and to use that of pgvector',
  '53100': "the server's disk is full",
  '53300': 'the server has too many connections',
  '57P03': 'the server is starting or stopping; try again',
}

/** @param shown what messages call the place */
export function failuresAt(shown: string, VmmError: BackendTools['VmmError']): Failed {
  return (error) => {
    if (error instanceof VmmError) return error
    const code = codeOf(error)
    const said = messageOf(error)
    const because = { cause: error }
    if (code === '3D000') {
      const message = `${shown}: there is no such database; make it with createdb`
      return new VmmError('NOT_FOUND', message, because)
    }
    if (code === '54000') {
      // Ids of relations are in one key, which takes a third of a page.
      const message = `${shown}: more than PostgreSQL can keep in one place (${said})`
      return new VmmError('UNSUPPORTED', message, because)
    }
    const fromServer = (error as { severity?: unknown } | null)?.severity !== undefined
    const problem = code === undefined ? undefined : WAYS_OUT[code]
    if (problem !== undefined) return new VmmError('SERVICE', `${shown}: ${problem} (${said})`, because)
    const what = fromServer ? 'the server says' : 'the server does not answer, or no longer'
    return new VmmError('SERVICE', `${shown}: ${what}: ${said}`, because)
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error && error.message !== '' ? error.message : String(codeOf(error) ?? error)
}
