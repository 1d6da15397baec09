import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { differences } from '../../aws/differences.ts'
import { parsePlan } from '../../aws/options.ts'
import { renderCompatibilityPage } from '../../docs/compatibility-page.ts'

test('docs/compatibility.md says what differs now; if not: npm run docs:compatibility', () => {
  expect(readFileSync('docs/compatibility.md', 'utf8')).toBe(renderCompatibilityPage())
})

test.for(differences)('$server differs by a test that there is: $shownBy.title', ({ service, shownBy }) => {
  const source = readFileSync(`test/contract/${service}.test.ts`, 'utf8')
  const parts = [shownBy.suite, shownBy.title, shownBy.value].filter((part) => part !== undefined)
  for (const part of parts) expect(source).toContain(`'${part}'`)
})

test('endpoints are those of one server, those of some services, or those of AWS', () => {
  const account = ['--credentials', 'id:secret', '--region', 'eu-west-1']
  expect(parsePlan(['--endpoint', 'http://a', '--s3', 'http://b', ...account, '--reporter=json'])).toEqual({
    endpoints: { s3: 'http://b', dynamodb: 'http://a', sqs: 'http://a' },
    account: { credentials: { accessKeyId: 'id', secretAccessKey: 'secret' }, region: 'eu-west-1' },
    servers: [],
    installOnly: false,
    clients: 'none',
    rest: ['--reporter=json'],
  })
  expect(parsePlan(['--sqs', 'aws', ...account]).endpoints).toEqual({ sqs: 'https://sqs.eu-west-1.amazonaws.com' })
  const clientsOf = (...args: readonly string[]) => parsePlan(['--with', 'moto', ...args]).clients
  expect([clientsOf('--clients'), clientsOf('--clients', 'npm 11, bun')]).toEqual(['all', ['npm 11', 'bun']])
  expect(parsePlan(['--with', 'moto', '--with', 'versitygw']).servers).toEqual(['moto', 'versitygw'])
})

test.for([
  [[], /name an endpoint/],
  [['--with', 'another'], /none of: dynamodb-local/],
  [['--s3', 'http://a', '--credentials', 'id'], /not id:secret/],
  [['--with', 'moto', '--clients', 'npm 10'], /They are: npm 11,/],
] as const)('%j is refused with what to do', ([args, message]) => {
  expect(() => parsePlan(args)).toThrow(message)
})
