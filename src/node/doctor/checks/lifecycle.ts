import { StorageError } from '../../../storage/aws.ts'
import { rootElement } from '../../../storage/s3-documents.ts'
import { expiringPrefixes, unfinishedUploadDays } from '../../../storage/tables.ts'
import type { XmlElement } from '../../../storage/xml.ts'
import type { Check } from '../check.ts'
import type { Exam } from '../exam.ts'
import { troubleOf, unlessDenied } from '../failure.ts'
import { combine, type Finding, ok, problem, skipped, warning } from '../finding.ts'

const remedy = 'Deploy the storage stack: its lifecycle rules come from expiringPrefixes in src/storage/tables.ts.'

/**
 * The bucket removes what is left on trial, and uploads that were never completed.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
 */
export function lifecycleCheck(exam: Exam): Check {
  return {
    name: 'lifecycle',
    needs: ['objects'],
    run: (signal) =>
      unlessDenied('see the lifecycle rules of the bucket', async () => {
        const rules = await rulesOf(exam, signal)
        return Array.isArray(rules) ? judge(rules) : rules
      }),
  }
}

async function rulesOf(exam: Exam, signal: AbortSignal): Promise<XmlElement[] | Finding> {
  const request = { operation: 'GetBucketLifecycleConfiguration', method: 'GET', idempotent: true, signal } as const
  try {
    return await exam
      .service('s3')
      .send({ ...request, url: `${exam.bucketUrl}?lifecycle=` }, async (response) => [
        ...(await rootElement(response, 'LifecycleConfiguration')).list('Rule'),
      ])
  } catch (error) {
    if (troubleOf(error) === 'unsupported') return skipped('This server has no lifecycle rules to look at.')
    const isUnset = error instanceof StorageError && error.code === 'NoSuchLifecycleConfiguration'
    if (isUnset) return problem('The bucket has no lifecycle rules: what is left on trial stays for ever.', remedy)
    throw error
  }
}

function judge(rules: readonly XmlElement[]): Finding {
  const enabled = rules.filter((rule) => rule.text('Status') === 'Enabled')
  const found: Finding[] = []
  for (const [prefix, days] of Object.entries(expiringPrefixes)) {
    const rule = enabled.find((one) => prefixOf(one) === prefix && one.child('Expiration') !== undefined)
    const actual = rule?.child('Expiration')?.text('Days')
    if (actual !== String(days)) {
      const message = `Objects under ${prefix} are removed after ${actual ?? 'no'} days, and not after ${days}.`
      found.push(problem(message, remedy))
    }
  }
  const unfinished = enabled.map((rule) => rule.child('AbortIncompleteMultipartUpload')).filter(Boolean)
  if (unfinished.length === 0) found.push(warning('Uploads that are never completed are kept, and paid for.', remedy))
  if (unfinished.some((rule) => Number(rule?.text('DaysAfterInitiation')) < unfinishedUploadDays)) {
    found.push(problem('Uploads in parts are ended while their sessions last.', remedy))
  }
  const endangered = enabled.filter(
    (rule) => rule.child('Expiration') && !Object.hasOwn(expiringPrefixes, prefixOf(rule)),
  )
  for (const rule of endangered.filter((one) => one.child('Expiration')?.text('Days') !== '')) {
    const where = prefixOf(rule) === '' ? 'the whole bucket' : prefixOf(rule)
    found.push(problem(`A lifecycle rule removes objects of ${where}, where the registry keeps what it has.`, remedy))
  }
  return combine([ok('Trials and unfinished uploads are removed in time, and nothing else.'), ...found])
}

/** A rule names its prefix in a filter, alone or beside other conditions, or, of old, by itself. */
function prefixOf(rule: XmlElement): string {
  const filter = rule.child('Filter')
  return filter?.text('Prefix') || filter?.child('And')?.text('Prefix') || rule.text('Prefix')
}
