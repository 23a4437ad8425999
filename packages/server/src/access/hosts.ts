import { isIP } from 'node:net'

/** A host without the port and the brackets of IPv6, in lower case; null where it is none. */
export function hostOf(header: string | undefined): string | null {
  const found =
    header === undefined ? null : /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header)
  if (found === null) return null
  const [, v6, name] = found
  if (v6 !== undefined) return isIP(v6) === 6 ? v6.toLowerCase() : null
  return name!.toLowerCase()
}

/** Whether a host is this machine's own, whatever network it is in. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** An address as a socket tells it, without the form of IPv4 in IPv6. */
export function plainAddress(address: string | undefined): string | null {
  return address === undefined ? null : address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase()
}

/**
 * Whether a request names this server: a page of another site that has its own name point here (DNS rebinding) does not.
 *
 * @param local the address of this side of the connection
 */
export function isOwnHost(host: string, local: string | undefined, allowed: readonly string[]): boolean {
  return isLoopback(host) || allowed.includes(host) || (isIP(host) !== 0 && host === plainAddress(local))
}

/** Whether an Origin is a page of this server's, as the Host of the same request names it. */
export function isOwnOrigin(origin: string, hostHeader: string | undefined): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false
  return new URL(origin).host === hostHeader?.toLowerCase()
}
