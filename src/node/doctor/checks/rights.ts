import { StorageError } from '../../../storage/aws.ts'
import { keyPath } from '../../../storage/s3-address.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { troubleOf } from '../failure.ts'
import { combine, type Finding, ok, problem, skipped } from '../finding.ts'

const impossible = '"0123456789abcdef0123456789abcdef"'
const remedy =
  'Give the edge the role of the edge stack only: whoever takes its key over could change what is installed.'

/**
 * What must be refused to the edge is refused. Each request has a condition that cannot hold, so that where it is
 * allowed it changes nothing.
 */
export function rightsCheck(exam: Exam): Check {
  return {
    name: 'rights',
    needs: ['objects'],
    timeoutMs: 60_000,
    async run() {
      if (exam.role !== 'edge') {
        return skipped(
          'Say --as edge when the credentials are those of the edge, to see what they must not be able to do.',
        )
      }
      const key = `packages/npm/doctor-${exam.id}/0.0.0/doctor.tgz`
      const found = await Promise.all([
        refused('write under packages/', putObject(exam, key)),
        refused('delete under packages/', removeObject(exam, key)),
        refused('change an entry of the audit log', changeEntry(exam)),
        refused('remove an entry of the audit log', removeEntry(exam)),
      ])
      return combine([ok('Nothing that the edge must not do is allowed to it.'), ...found.flat()])
    },
  }
}

async function refused(action: string, request: Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await request
  } catch (error) {
    if (troubleOf(error) === 'denied') return []
    // The condition was looked at, so the right is there
    const isJudged = error instanceof StorageError && (error.status === 404 || error.status === 412)
    if (!isJudged) throw error
  }
  return [problem(`These credentials may ${action}.`, remedy)]
}

/** If-Match is looked at for those only who may also read there, as the edge may: it signs links to these objects. */
function putObject(exam: Exam, key: string): Promise<unknown> {
  const options = { contentType: 'application/octet-stream', condition: { ifMatch: impossible } } as const
  return exam.stores.s3.put(key, exam.trial.bytes, options)
}

function removeObject(exam: Exam, key: string): Promise<unknown> {
  const url = `${exam.bucketUrl}/${keyPath(key)}`
  const headers = { 'if-match': impossible }
  const request = { operation: 'DeleteObject', method: 'DELETE', url, headers, idempotent: true } as const
  return exam.service('s3').send(request, (response) => response.body?.cancel())
}

const entryOf = (exam: Exam) => ({ day: '1970-01-01', item: `doctor-${exam.id}` })
const whereThere = { condition: { attributeExists: 'day' } } as const

function changeEntry(exam: Exam): Promise<unknown> {
  return exam.stores.db.update('audit', entryOf(exam), { set: { note: 'doctor' }, ...whereThere })
}

function removeEntry(exam: Exam): Promise<unknown> {
  return exam.stores.db.remove('audit', entryOf(exam), whereThere)
}
