/** Addresses of the flat API that are another name for an operation that there is. */
const sameAs: Readonly<Record<string, string>> = {
  '/api/auth/register': '/api/v1/auth/register',
  '/api/auth/login': '/api/v1/auth/login',
  '/api/auth/logout': '/api/v1/auth/logout',
  '/api/auth/me': '/api/v1/auth/me',
  '/api/packages': '/api/v1/packages',
  '/api/packages/init': '/api/v1/uploads',
}

/**
 * The path of the operation that an address of the flat API stands for; any other path as it is. So these addresses have
 * no code of their own, and nothing that could decide otherwise: see `docs/flat-api.md`.
 * @param path as `requestPath` gives it
 */
export function flatPath(path: string): string {
  if (!path.startsWith('/api/')) return path
  if (Object.hasOwn(sameAs, path)) return sameAs[path] ?? path
  return path
    .replace(/^\/api\/history\/([^/]+)$/, '/api/v1/history/$1')
    .replace(/^\/api\/packages\/([^/]+)\/([^/]+)\/([^/]+)\/download$/, '/generic/$1/$2/$3')
}
