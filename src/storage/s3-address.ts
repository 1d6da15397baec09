/**
 * How the bucket stands in a URL: in the path, which every compatible server understands, or in the host name, which
 * AWS asks for.
 */
export type S3Addressing = 'path' | 'host'

export function addressingOf(endpoint: string): S3Addressing {
  return endpoint.endsWith('.amazonaws.com') ? 'host' : 'path'
}

/** `https://s3.eu-west-1.amazonaws.com` or `http://127.0.0.1:4568`, and the bucket, to the URL of the bucket. */
export function bucketUrl(endpoint: string, bucket: string, addressing: S3Addressing): string {
  const url = new URL(endpoint)
  if (addressing === 'path') return `${url.origin}/${bucket}`
  return `${url.protocol}//${bucket}.${url.host}`
}

/**
 * A key as the path of a URL. Each segment is encoded whole: the signer reads a bare `+` as a space.
 * Throws for `.` and `..`, which every URL parser would resolve, encoded or not.
 */
export function keyPath(key: string): string {
  const segments = key.split('/')
  if (segments.some((segment) => segment === '.' || segment === '..')) throw new Error(`not usable in a URL: ${key}`)
  return segments.map(encodeURIComponent).join('/')
}

export function withQuery(url: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  if (pairs.length === 0) return url
  return `${url}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
}
