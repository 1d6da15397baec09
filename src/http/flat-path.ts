import semverValidRange from 'semver/ranges/valid.js'

/** Addresses of the flat API that are another name for an operation that there is. */
const sameAs: Readonly<Record<string, string>> = {
  '/api/auth/register': '/api/v1/auth/register',
  '/api/auth/login': '/api/v1/auth/login',
  '/api/auth/logout': '/api/v1/auth/logout',
  '/api/auth/me': '/api/v1/auth/me',
  '/api/packages': '/api/v1/packages',
  '/api/packages/init': '/api/v1/uploads',
}

/** What may be a user's name, and so may be a version: `5.3.0`, `x`. */
const historyOf = /^\/history\/([a-z0-9][a-z0-9._-]{0,63})$/

/**
 * The path of the operation that an address of the flat API stands for; any other path as it is. So these addresses have
 * no code of their own, and nothing that could decide otherwise: see `docs/flat-api.md`.
 * @param path as `requestPath` gives it
 */
export function flatPath(method: string, path: string): string {
  if (method === 'POST' && path === '/validate') return '/api/validate'
  if (isUserHistory(method, path)) return `/api/v1${path}`
  if (!path.startsWith('/api/')) return path
  if (Object.hasOwn(sameAs, path)) return sameAs[path] ?? path
  return path
    .replace(/^\/api\/history\/([^/]+)$/, '/api/v1/history/$1')
    .replace(/^\/api\/packages\/([^/]+)\/([^/]+)\/([^/]+)\/download$/, '/generic/$1/$2/$3')
}

/** npm has a package `history`: what may be a version of it there, or `latest`, is none of a user (decision 274). */
function isUserHistory(method: string, path: string): boolean {
  const [, name] = (method === 'GET' || method === 'HEAD' ? historyOf.exec(path) : null) ?? []
  return name !== undefined && name !== 'latest' && semverValidRange(name) === null
}
