const hosts: Readonly<Record<string, string>> = {
  github: 'github.com',
  gitlab: 'gitlab.com',
  bitbucket: 'bitbucket.org',
  gist: 'gist.github.com',
  sourcehut: 'git.sr.ht',
}
const hostNames = new Set(Object.values(hosts))

/** `x/y`, `github:x/y`, `gist:1234`, each with an optional `#commit`. */
const shortcut = /^(?:(github|gitlab|bitbucket|gist|sourcehut):)?([^./:@#\s][^:@#\s]*)(#.*)?$/
/** `git+ssh://git@github.com/x/y.git#commit` and its many relatives. */
const address = /^(?:git\+)?(?:git|ssh|https?):\/\/(?:[^@/\s]*@)?([a-z.]+)[/:]([^#\s]+)(#.*)?$/
/** `git@github.com:x/y.git`. */
const scpLike = /^[^@:/\s]+@([a-z.]+):([^#\s]+)(#.*)?$/

/**
 * Whether two dependency specifiers mean the same. npm rewrites what names a repository on a known host when it
 * publishes (`x/y` becomes `github:x/y`, npm 11 and 12), and leaves the file in the archive as it was.
 * @see hosted-git-info, which npm does it with
 */
export function sameSpecifier(a: string, b: string): boolean {
  if (a.trim() === b.trim()) return true
  const left = hostedRepository(a)
  return left !== undefined && left === hostedRepository(b)
}

export type DependencySource = 'registry' | 'elsewhere' | 'local'

/** Where an installer gets a dependency from: by a range, a tag or an alias from a registry; else from an address, or a disk. */
export function sourceOf(specifier: string): DependencySource {
  const text = specifier.trim()
  if (/^(?:file|link|portal|workspace):|^(?:\.{0,2}|~)\/|^[a-z]:[/\\]/i.test(text)) return 'local'
  if (/^npm:/.test(text)) return 'registry'
  if (/^(?:git(?:\+[a-z]+)?:|ssh:|https?:|[^@/\s]+@[a-z.]+:)/i.test(text)) return 'elsewhere'
  const [, host, path = ''] = shortcut.exec(text) ?? []
  return host !== undefined || path.includes('/') ? 'elsewhere' : 'registry'
}

function hostedRepository(specifier: string): string | undefined {
  const text = specifier.trim()
  const short = shortcut.exec(text)
  if (short !== null) {
    const [, host, path = '', commit = ''] = short
    if (host === undefined && path.split('/').length !== 2) return undefined
    return repository(hosts[host ?? 'github'] ?? '', path, commit)
  }
  const [, host = '', path = '', commit = ''] = address.exec(text) ?? scpLike.exec(text) ?? []
  return hostNames.has(host) ? repository(host, path, commit) : undefined
}

function repository(host: string, path: string, commit: string): string {
  return `${host}/${path.replace(/\/$/, '').replace(/\.git$/, '')}${commit === '#' ? '' : commit}`
}
