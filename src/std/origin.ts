/** Addresses of servers as settings name them: a scheme, a host, perhaps a port, and nothing else. */

/**
 * In the one way to write it: `HTTPS://Registry.Example.com:443/` is `https://registry.example.com`.
 * @returns undefined for what is no such address, or more than one: a path, a query, a user name
 */
export function parseOrigin(text: string): string | undefined {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return undefined
  const { href, origin } = new URL(text)
  return href === `${origin}/` ? origin : undefined
}

/**
 * Whether clients take two URLs for the same host, and would send to one the credentials that they have for the other:
 * ports do not count, nor case, nor the dot that may end a full name.
 */
export function isSameHost(one: string, other: string): boolean {
  return hostOf(one) === hostOf(other)
}

/** Whether a URL leads to nowhere but the machine that follows it. */
export function isLoopback(url: string): boolean {
  const host = hostOf(url)
  return host === '[::1]' || /^127\.[\d.]+$/.test(host) || /^(?:.+\.)?localhost$/.test(host)
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/\.$/, '')
}
