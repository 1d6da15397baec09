import type { Check, CodeDoc } from '../../validation/check.ts'

const codes = {
  digest_differs: {
    title: 'The file is not the one that was announced',
    why: 'Its SHA-256 is another than its sender said, so it was damaged or mixed up on the way.',
  },
} as const satisfies Record<string, CodeDoc>

/** The file is the one that its sender announced; then `facts.manifest` is set to what they say of it. */
export const saidCheck: Check = {
  id: 'generic-said',
  formats: ['generic'],
  codes,
  begin: ({ published = {}, facts, report }) => ({
    end() {
      const { sha256, description } = published
      facts.manifest = typeof description === 'string' ? { description } : {}
      if (sha256 === undefined || sha256 === facts.digests?.sha256) return
      report({
        code: 'digest_differs',
        message: `The file has the SHA-256 ${facts.digests?.sha256}, not ${String(sha256).slice(0, 64)}.`,
        hint: 'Compute the digest of the file that you have, and send it again.',
      })
    },
  }),
}
