import type { FileName, PackageName, Username, Version } from '../../../../src/model/ids.ts'
import type { JsonObject } from '../../../../src/std/json.ts'
import type { Check, Facts, Finding, PreviousVersion } from '../../../../src/validation/check.ts'

const encoder = new TextEncoder()

export interface CheckRun {
  readonly findings: readonly Finding[]
  readonly codes: readonly string[]
  readonly facts: Facts
}

/** Lets one check see an archive with these entries, in chunks of a given size. */
export async function runCheck(
  check: Check,
  entries: readonly (readonly [path: string, content: string | Uint8Array])[],
  options: {
    name?: string
    version?: string
    published?: JsonObject
    chunkBytes?: number
    facts?: Partial<Facts>
    previous?: PreviousVersion
    publisher?: Username
  } = {},
): Promise<CheckRun> {
  const { name = 'left-pad', version = '1.0.0', published = { name, version }, chunkBytes = 65_536 } = options
  const findings: Finding[] = []
  const facts: Facts = { fileCount: entries.length, unpackedSizeBytes: 0, ...options.facts }
  const pass = check.begin({
    file: { format: 'npm', name: name as PackageName, version: version as Version, filename: 'x.tgz' as FileName },
    published,
    publisher: options.publisher,
    previous: options.previous,
    facts,
    report: (finding) => void findings.push(finding),
  })
  for (const [path, content] of entries) {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    const reader = pass.entry?.({ path, kind: 'file', sizeBytes: bytes.length, mode: 0o644 })
    // A copy that is wiped: a check must not keep the chunks themselves
    for (let at = 0; at < bytes.length && reader !== undefined; at += chunkBytes) {
      const chunk = bytes.slice(at, at + chunkBytes)
      reader.chunk(chunk)
      chunk.fill(0)
    }
    await reader?.end?.()
  }
  await pass.end?.()
  return { findings, codes: findings.map(({ code }) => code), facts }
}
