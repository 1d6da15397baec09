/**
 * The path that routes are matched on. Clients write a scoped name as `@s/n`, `@s%2fn`, `@s%2Fn` or `%40s%2fn`; here
 * each becomes one segment `@s%2fn`, wherever it stands, so that scoped and unscoped names are one route with one
 * decoder (Hono decodes parameters once). Doubled slashes, which clients make of a registry URL with a trailing one,
 * count as one.
 */
export function canonicalPath(rawPath: string): string {
  return rawPath
    .replace(/\/{2,}/g, '/')
    .replace(/\/(?:@|%40)([^/%@]+)(?:\/|%2f)(?=[^/])/gi, '/@$1%2f')
    .replace(/(?<=.)\/$/, '')
}

/** Reads the raw path out of a request's URL without decoding it. */
export function requestPath(request: Request): string {
  const start = request.url.indexOf('/', request.url.indexOf('://') + 3)
  const query = request.url.indexOf('?', start)
  return canonicalPath(query === -1 ? request.url.slice(start) : request.url.slice(start, query))
}
