import { describe, expect, test } from 'vitest'
import type { Check } from '../../../../src/node/doctor/check.ts'
import { Unreachable } from '../../../../src/node/doctor/failure.ts'
import { combine, ok, problem, skipped, warning } from '../../../../src/node/doctor/finding.ts'
import { runChecks } from '../../../../src/node/doctor/run.ts'
import { webPlatform } from '../../../../src/std/platform.ts'
import { StorageError } from '../../../../src/storage/aws.ts'

const silent = { began: () => undefined, ended: () => undefined }
const never = new AbortController().signal

function check(name: string, run: Check['run'], rest: Partial<Check> = {}): Check {
  return { name, needs: [], run, ...rest }
}

async function verdicts(checks: readonly Check[], interrupted: AbortSignal = never) {
  const outcomes = await runChecks(checks, webPlatform, silent, interrupted)
  return outcomes.map(({ name, verdict, message }) => `${name} ${verdict}: ${message}`)
}

describe('running checks', () => {
  test('a problem stops what needs it, and what needs that, and nothing else', async () => {
    const found = await verdicts([
      check('one', async () => problem('Broken.', 'Mend it.')),
      check('two', async () => ok('Fine.'), { needs: ['one'] }),
      check('three', async () => ok('Fine.'), { needs: ['two'] }),
      check('four', async () => warning('Odd.', 'Look.')),
      check('five', async () => ok('Fine.'), { needs: ['four'] }),
    ])
    expect(found).toEqual([
      'one problem: Broken.',
      'two skipped: It needs "one", which has a problem.',
      'three skipped: It needs "two", which was skipped.',
      'four warning: Odd.',
      'five ok: Fine.',
    ])
  })

  test('a check that never ends is a problem after its time, and is told to end', async () => {
    let told: AbortSignal | undefined
    const hangs = (signal: AbortSignal) => {
      told = signal
      return new Promise<never>(() => undefined)
    }
    const found = await verdicts([check('slow', hangs, { timeoutMs: 20 }), check('next', async () => ok('Fine.'))])
    expect(found).toEqual(['slow problem: No result within 0.02 s.', 'next ok: Fine.'])
    expect(told?.aborted).toBe(true)
  })

  test('after an interruption only those run that clean up', async () => {
    const interruption = new AbortController()
    const found = await verdicts(
      [
        check('first', () => {
          interruption.abort()
          return new Promise<never>(() => undefined)
        }),
        check('second', async () => ok('Fine.')),
        check('cleaning', async () => ok('Clean.'), { cleansUp: true }),
      ],
      interruption.signal,
    )
    expect(found).toEqual(['first problem: Interrupted.', 'second skipped: Interrupted.', 'cleaning ok: Clean.'])
  })

  test.each([
    ['ENOTFOUND', 'Correct the host name'],
    ['ECONNREFUSED', 'Start what listens there'],
    ['CERT_HAS_EXPIRED', 'Renew or correct the certificate'],
    ['UND_ERR_CONNECT_TIMEOUT', 'firewalls'],
  ])('says what to do about %s', async (code, remedy) => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) })
    const fails = check('edge', async () => Promise.reject(new Unreachable('registry.example.com', cause)))
    const [outcome] = await runChecks([fails], webPlatform, silent, never)
    expect(outcome).toMatchObject({ verdict: 'problem', message: `registry.example.com cannot be reached: ${code}.` })
    expect(outcome?.remedy).toContain(remedy)
  })

  test.each([
    ['ExpiredTokenException', 400, 'AWS_ACCESS_KEY_ID'],
    ['AuthorizationHeaderMalformed', 400, 'AWS_REGION'],
    ['NoSuchBucket', 404, 'DECKLE_BUCKET'],
    ['AccessDenied', 403, 'docs/doctor.md'],
    ['NetworkError', 0, 'ENDPOINT'],
    ['InternalError', 500, 'outage'],
  ])('says what to do about %s of a storage service', async (code, status, remedy) => {
    const fields = { service: 's3', operation: 'PutObject', retryable: false, uncertain: false } as const
    const fails = check('objects', async () => Promise.reject(new StorageError({ ...fields, code, status })))
    const [outcome] = await runChecks([fails], webPlatform, silent, never)
    expect(outcome?.message).toContain(code)
    expect(outcome?.remedy).toContain(remedy)
  })

  test('what a service says about a wrong signature is not repeated: it has the session token in it', async () => {
    const fields = { service: 'dynamodb', operation: 'GetItem', retryable: false, uncertain: false } as const
    const detail = 'should have been x-amz-security-token:IQoJb3JpZ2'
    const failure = new StorageError({ ...fields, code: 'InvalidSignatureException', status: 400, detail })
    const found = await verdicts([check('credentials', async () => Promise.reject(failure))])
    expect(found).toEqual([
      'credentials problem: dynamodb does not take the signature of GetItem: InvalidSignatureException.',
    ])
  })

  test('a bug in a check is called one', async () => {
    const fails = check('odd', async () => Promise.reject(new Error('x is\nundefined')))
    expect(await verdicts([fails])).toEqual(['odd problem: The check itself failed: x is undefined.'])
  })
})

describe('several findings', () => {
  test('are as bad as the worst, say all that is as bad, and each thing to do once', () => {
    const found = [ok('Fine.'), problem('A.', 'Deploy.'), warning('W.', 'Look.'), problem('B.', 'Deploy.')]
    expect(combine(found)).toEqual({ verdict: 'problem', message: 'A. B.', remedy: 'Deploy.' })
    expect(combine([ok('Fine.'), skipped('No right.')])).toEqual({ verdict: 'skipped', message: 'No right.' })
  })
})
