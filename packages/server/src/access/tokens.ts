import { createHash, timingSafeEqual } from 'node:crypto'

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/**
 * Tells whose token a request has, in a time that does not tell how much of it is right.
 *
 * @param tokens by the names under which their use is counted
 * @returns what gives the name for a header `authorization`, null where it has no token that is known
 */
export function tokenReader(
  tokens: Readonly<Record<string, string>>,
): (authorization: string | undefined) => string | null {
  const known = Object.entries(tokens).map(([name, token]) => ({ name, hash: sha256(token) }))
  return (authorization) => {
    const given = sha256(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '')
    let found: string | null = null
    for (const { name, hash } of known) if (timingSafeEqual(given, hash)) found ??= name
    return found
  }
}
