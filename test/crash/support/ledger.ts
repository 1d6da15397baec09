import type { Body } from './packument.ts'

/**
 * What is known of one version, from what was sent and what was answered. A request that was not answered may have been
 * carried out, or may still be: `maybe_…`.
 */
export type Standing = 'maybe_listed' | 'listed' | 'maybe_gone' | 'gone'

export interface Release {
  readonly name: string
  readonly version: string
  /** The request that publishes it: the same bytes at each try. */
  readonly request: RequestInit
  readonly integrity: string
  standing: Standing
  /** Texts that its deprecation may have; `''` is none. */
  readonly deprecations: Set<string>
}

/** A dist-tag beside `latest`, which publishes move too. */
export interface Tag {
  readonly name: string
  readonly tag: string
  /** Versions that it may point to; `undefined`: that it may not be there. */
  readonly targets: Set<string | undefined>
}

/** All that a registry may say at the end, written down by those who talk to it while it is killed. */
export class Ledger {
  readonly releases: Release[] = []
  readonly tags: Tag[] = []
  /** Answers that no fault excuses. */
  readonly wrong: string[] = []
  readonly counts: Record<string, number> = {}
  /** Requests that were answered with what was asked for. */
  successes = 0

  add(name: string, version: string, request: RequestInit): Release {
    const body: Body = JSON.parse(new TextDecoder().decode(request.body as Uint8Array))
    const integrity = body.versions[version]?.dist?.integrity ?? ''
    const deprecations = new Set([''])
    const release: Release = { name, version, request, integrity, standing: 'maybe_listed', deprecations }
    this.releases.push(release)
    return release
  }

  tag(name: string, tag: string): Tag {
    const known = this.tags.find((one) => one.name === name && one.tag === tag)
    if (known !== undefined) return known
    const made: Tag = { name, tag, targets: new Set([undefined]) }
    this.tags.push(made)
    return made
  }

  listed(name: string): readonly Release[] {
    return this.releases.filter((release) => release.name === name && release.standing === 'listed')
  }

  names(): readonly string[] {
    return [...new Set(this.releases.map(({ name }) => name))]
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }
}

/** What was possible before still is, unless the answer came: then it is what was asked for. */
export function narrow<T>(possible: Set<T>, asked: T, isAnswered: boolean): void {
  if (isAnswered) possible.clear()
  possible.add(asked)
}
