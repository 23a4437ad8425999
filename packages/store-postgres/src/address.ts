import type { BackendTools } from 'vector-mamba'

/** Where a store is. */
export interface Address {
  /** As the driver takes it; it may hold a password. */
  readonly connection: string
  readonly schema: string
  /** What messages call the place: without user and password. */
  readonly shown: string
}

const SCHEMA = 'vector_mamba'
/** PostgreSQL cuts longer names, in bytes. */
const LONGEST_NAME = 63
/** What the driver understands, and we pass on. */
const PASSED_ON = ['sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'host', 'application_name']

/**
 * Reads `postgres://user:password@host:port/database?schema=name`.
 *
 * @throws VmmError BAD_ARGUMENT, never with the password in it
 */
export function readAddress(address: string, VmmError: BackendTools['VmmError']): Address {
  const wrong = (problem: string) =>
    new VmmError(
      'BAD_ARGUMENT',
      `place: ${problem}; expected postgres://user:password@host:port/database?schema=name`,
      { argument: 'place' },
    )
  let url: URL
  try {
    url = new URL(address)
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part)
  } catch {
    // Node's error quotes the whole address.
    throw wrong(
      'got an address that is none (are special characters of the password written as %40 and so on?)',
    )
  }
  const database = decodeURIComponent(url.pathname.slice(1))
  if (database === '') throw wrong('the address names no database')
  for (const option of url.searchParams.keys())
    if (option !== 'schema' && !PASSED_ON.includes(option))
      throw wrong(`no such option '${option}'; there are schema, ${PASSED_ON.join(', ')}`)
  const schema = url.searchParams.get('schema') ?? SCHEMA
  const bytes = Buffer.byteLength(schema)
  if (bytes === 0 || bytes > LONGEST_NAME || /\p{Cc}|^pg_/u.test(schema))
    throw wrong(
      `schema: got ${JSON.stringify(schema.slice(0, 80))}, which is no name of 1 to ${LONGEST_NAME} bytes without control characters, or begins with pg_`,
    )
  const host = url.searchParams.get('host') ?? (url.host || 'localhost')
  url.searchParams.delete('schema')
  return { connection: url.href, schema, shown: `postgres://${host}/${database}, schema ${schema}` }
}
