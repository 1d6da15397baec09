import { expect } from 'vitest'

/** What no answer may hold: a frame of a stack, a file of ours, an address inside, an error's name, a service's words. */
const internals =
  /\bat [^\n]*\.(?:ts|mjs|js):\d|node_modules\/|127\.0\.0\.1|\w+Error\b|amazonaws|\b(?:s3|dynamodb|sqs) [A-Z]\w+|worker\.mjs/i

/** An access key of AWS, whole: four of its letters alone stand in some random identifiers. */
const accessKey = /\bA[KS]IA[0-9A-Z]{12,}/

export interface ShownProblem {
  readonly status: number
  /** Stable: to be acted on by programs. */
  readonly code: string
  /** To be read by a person. */
  readonly sentence: string
}

/**
 * Reads an answer that refuses something, and holds that it is one that people and programs can act on: a stable code, a
 * sentence, the request's id in body and header, and nothing that is ours to know.
 */
export async function expectProblem(answer: Response): Promise<ShownProblem> {
  const { status, url } = answer
  const text = await answer.text()
  const where = `${status} ${new URL(url || 'http://none').pathname.slice(0, 200)}: ${text.slice(0, 500)}`
  expect(text, where).not.toMatch(internals)
  expect(text, where).not.toMatch(accessKey)
  const requestId = answer.headers.get('x-request-id')
  expect(requestId, where).toMatch(/^[\w-]{1,64}$/)
  expect(answer.headers.get('cache-control'), where).toMatch(/^(?:private, )?no-store$/)
  const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? ''
  if (type === 'text/html') {
    expect(text, where).toContain(requestId)
    return { status, code: '', sentence: text }
  }
  const body: Readonly<Record<string, unknown>> = JSON.parse(text)
  const isApi = type === 'application/problem+json'
  expect(isApi ? type : 'application/json', where).toBe(type)
  const sentence = isApi ? body['detail'] : body['error']
  const code = body['code']
  expect({ requestId: body['requestId'], sentence, code }, where).toEqual({
    requestId,
    sentence: expect.stringMatching(/^["\p{Lu}].*[.)]|^version not found: |\nFull report: /su),
    code: expect.stringMatching(/^[a-z][a-z0-9_]{2,40}$/),
  })
  if (isApi)
    expect(body, where).toMatchObject({ status, type: `urn:deckle:problem:${code}`, title: expect.any(String) })
  return { status, code: String(code), sentence: String(sentence) }
}
