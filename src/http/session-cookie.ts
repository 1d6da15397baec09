import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { OpenedSession } from '../registry/sessions.ts'
import type { AppEnv } from './env.ts'

/**
 * The cookie that carries a session between pages. `__Host-`: set over TLS by this very host, for all of it (RFC 6265bis,
 * 4.1.3.2); browsers refuse that name on `http://localhost`, where it goes without.
 */
const name = 'deckle'
const attributes = { path: '/', httpOnly: true, sameSite: 'Lax' } as const

export function sessionCookie(c: Context<AppEnv>): string | undefined {
  return isSecure(c) ? getCookie(c, name, 'host') : getCookie(c, name)
}

export function setSessionCookie(c: Context<AppEnv>, { text, session }: OpenedSession): void {
  const expires = new Date(session.expiresAt)
  if (isSecure(c)) setCookie(c, name, text, { ...attributes, expires, secure: true, prefix: 'host' })
  else setCookie(c, name, text, { ...attributes, expires })
}

export function dropSessionCookie(c: Context<AppEnv>): void {
  if (isSecure(c)) deleteCookie(c, name, { path: '/', secure: true, prefix: 'host' })
  else deleteCookie(c, name, { path: '/' })
}

function isSecure(c: Context<AppEnv>): boolean {
  return c.var.registry.config.publicUrl.startsWith('https:')
}
