import { keyPath } from '../../../storage/s3-address.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { findingOf, troubleOf } from '../failure.ts'
import { combine, type Finding, ok, problem, skipped, warning } from '../finding.ts'

/** The bucket takes and gives back an object, and keeps the conditions of writes: every commit rests on them. */
export function objectsCheck(exam: Exam): Check {
  const { s3 } = exam.stores
  const { key, bytes } = exam.trial
  return {
    name: 'objects',
    needs: ['credentials'],
    timeoutMs: 60_000,
    async run() {
      const options = { contentType: 'application/octet-stream', condition: { ifNoneMatch: '*' } } as const
      await s3.put(key, bytes, options)
      const read = s3.getBytes(key, 1_000).then((stored) => stored?.bytes)
      const stored = await unlessTheEdgeMayNot(exam, bytes, read)
      if (stored === undefined || !isEqual(stored, bytes)) {
        return problem(
          'The bucket does not give back what it was given.',
          'Use a server that is consistent after a write.',
        )
      }
      const again = await s3.put(key, bytes, options)
      const other = { ...options, condition: { ifMatch: '"0123456789abcdef0123456789abcdef"' } }
      const changed = await unlessTheEdgeMayNot(exam, 'precondition_failed', s3.put(key, bytes, other))
      if (again !== 'precondition_failed' || changed !== 'precondition_failed') {
        const remedy = 'Use AWS, or a server that knows If-None-Match and If-Match on writes: see docs/doctor.md.'
        return problem('The bucket writes although the condition of the write does not hold.', remedy)
      }
      return ok(`The bucket ${exam.config.storage.bucket} takes, gives back, and keeps conditions.`)
    },
  }
}

/**
 * The edge may not read what is on trial, nor write by If-Match, which takes the right to read too. What it may, the
 * probe shows.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function unlessTheEdgeMayNot<T>({ role }: Exam, assumed: T, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    if (role === 'edge' && troubleOf(error) === 'denied') return assumed
    throw error
  }
}

/** Nobody reads the bucket without a signature, or with one that was made for something else. */
export function privacyCheck(exam: Exam): Check {
  return {
    name: 'privacy',
    needs: ['objects'],
    async run(signal) {
      const link = new URL(await linkOf(exam))
      link.searchParams.set('X-Amz-Expires', '3600')
      const asked = await Promise.all([
        exam.ask(`${exam.bucketUrl}/${keyPath(exam.trial.key)}`, signal),
        exam.ask(`${exam.bucketUrl}?list-type=2&max-keys=1`, signal),
        exam.ask(link.href, signal),
      ])
      const [object, list, changed] = asked.map(({ status }) => status < 400)
      const found: Finding[] = []
      if (object) found.push(problem('Anybody can read objects of the bucket.', blockRemedy))
      if (list) found.push(problem('Anybody can list the bucket.', blockRemedy))
      if (changed) {
        found.push(problem('A signed link that was changed still works.', 'Use a server that verifies signatures.'))
      }
      return combine([ok('The bucket refuses whoever has no signature, and changed links.'), ...found])
    },
  }
}

const blockRemedy = 'Switch "Block all public access" on for the bucket, and remove public statements from its policy.'

/** A signed link works from this machine, as it must from every client: the whole object, and a part of it. */
export function linksCheck(exam: Exam): Check {
  return {
    name: 'links',
    needs: ['objects'],
    async run(signal) {
      const link = await linkOf(exam)
      const { bytes } = exam.trial
      const whole = await exam.ask(link, signal)
      if (whole.status === 403 && exam.role === 'edge') {
        return skipped('The edge may not read under staging/; "download" follows a link that it signed.')
      }
      if (whole.status !== 200 || !isEqual(whole.bytes, bytes)) {
        const remedy =
          'Set DECKLE_STORAGE_URL to where clients reach S3 itself: a proxy must keep the Host header and the query.'
        return problem(`A signed link to ${new URL(link).host} is answered with ${whole.status}.`, remedy)
      }
      const part = await exam.ask(link, signal, { headers: { range: 'bytes=2-5' } })
      if (part.status !== 206 || !isEqual(part.bytes, bytes.subarray(2, 6))) {
        const remedy = 'Let ranges through: clients that go on with a download need them.'
        return warning(`A part of an object cannot be asked for (${part.status}).`, remedy)
      }
      return ok(`A signed link to ${new URL(link).host} gives the object, and a part of it.`)
    },
  }
}

/** Removes what the checks of storage put. Absent is fine. */
export function trialRemoval(exam: Exam): Check {
  return {
    name: 'objects-removed',
    needs: ['credentials'],
    cleansUp: true,
    async run() {
      try {
        await exam.stores.s3.remove(exam.trial.key)
        return ok('Nothing is left under staging/.')
      } catch (error) {
        if (troubleOf(error) === 'absent') return ok('There is no bucket to clean up.')
        const { message, remedy = '' } = findingOf(error)
        return warning(`${message} ${exam.trial.key} is left, until the bucket's lifecycle removes it.`, remedy)
      }
    },
  }
}

function linkOf(exam: Exam): Promise<string> {
  return exam.stores.s3.presignGet(exam.trial.key, { at: exam.platform.now(), expiresInS: 60 })
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
