import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** A token that cannot be guessed: 192 random bits, safe in an address. */
export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}

/** Compares in a time that says nothing about how much was right. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** Cookies are shared by all ports of a host, so the name carries the port. */
export function cookieName(port: number): string {
  return `loupe-${port}`
}

/** The token that a request carries: in its cookie, as a bearer, or as `?token=`; null where it has none. */
export function tokenOf(request: IncomingMessage, port: number): string | null {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams.get('token')
  if (query !== null) return query
  const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return cookies.find(([name]) => name === cookieName(port))?.[1] ?? null
}

/**
 * True where the request was addressed to this machine by a name that no other site can take over.
 *
 * Another site can point its own name at 127.0.0.1 (DNS rebinding); its requests then carry that name in `Host`. Numeric
 * addresses, `localhost`, this machine's own name and the one served on are safe. The port is not compared: an SSH tunnel
 * may end on another.
 */
export function isTrustedHost(host: string | undefined, servedHost: string): boolean {
  if (host === undefined) return false
  const name = hostOf(`http://${host}`)
  if (name === null) return false
  return name === 'localhost' || isIP(name) !== 0 || name === servedHost.toLowerCase() || name === hostname().toLowerCase()
}

/** True where the request comes from our own page, or from a program (programs send no Origin). */
export function isTrustedOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false // "null", as from a sandboxed frame or a file
  }
}

function hostOf(url: string): string | null {
  try {
    return new URL(url).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return null
  }
}
