import type { Context } from 'hono'
import type { Visitor } from '../registry/events.ts'
import type { AppEnv } from './env.ts'

/** Where a request comes from, as far as records keep it: an address prefix and the client's first product. */
export function visitorOf(c: Context<AppEnv>): Visitor {
  const addressPrefix = prefixOf(claimedAddress(c))
  const client = c.req
    .header('user-agent')
    ?.split(' ', 1)[0]
    ?.replace(/[^\x21-\x7e]/g, '')
    .slice(0, 60)
  return {
    ...(addressPrefix === undefined ? {} : { addressPrefix }),
    ...(client === undefined || client === '' ? {} : { client }),
  }
}

/** The client's address as the edge was told it; good enough to slow somebody down, not to let somebody in. */
export function claimedAddress(c: Context<AppEnv>): string | undefined {
  return c.env.CLIENT_ADDRESS ?? c.req.header('cf-connecting-ip')
}

/**
 * The client's address, where the settings say that the header can be believed: Cloudflare sets it, and replaces what
 * a client sent. A registry that is reached otherwise knows no address for sure.
 */
export function trustedAddress(c: Context<AppEnv>): string | undefined {
  return c.var.registry.config.trustAddress ? claimedAddress(c) : undefined
}

/** IPv4 /24, IPv6 /48; anything else is left out. */
export function prefixOf(address: string | undefined): string | undefined {
  if (address === undefined || address.length > 45) return undefined
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address)
  if (four !== null) return `${four[1]}.0/24`
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined
  const groups = expand(address.toLowerCase())
  return groups === undefined ? undefined : `${groups.slice(0, 3).join(':')}::/48`
}

function expand(address: string): string[] | undefined {
  const [left = '', right, ...more] = address.split('::')
  if (more.length > 0) return undefined
  const before = left === '' ? [] : left.split(':')
  const after = right === undefined || right === '' ? [] : right.split(':')
  const missing = 8 - before.length - after.length
  if (right === undefined ? missing !== 0 : missing < 1) return undefined
  return [...before, ...Array<string>(right === undefined ? 0 : missing).fill('0'), ...after]
}
