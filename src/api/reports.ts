import { z } from '@hono/zod-openapi'
import { asking } from '../http/authenticate.ts'
import { isFinal, versionStatuses } from '../model/version-status.ts'
import { reportSchema } from '../validation/report.ts'
import { versionParams, versionRef } from './package-params.ts'
import { endpoint, json, resource, text } from './resource.ts'

const { $schema: _, ...report } = reportSchema

/** It was given up before there was anything to report. */
const givenUp = {
  type: 'object',
  properties: {
    package: { type: 'string' },
    version: { type: 'string' },
    verdict: { enum: versionStatuses },
    findings: { type: 'array', items: { type: 'object' } },
  },
  required: ['package', 'version', 'verdict', 'findings'],
}

export const reportAnswer = { anyOf: [report, givenUp] }

const read = endpoint({
  method: 'get',
  path: '/api/v1/packages/{format}/{package}/versions/{version}/report',
  operationId: 'readReport',
  summary: 'What validation found in a version',
  description: 'Whoever may read a published version may read its report; those of others are for who may change it.',
  tags: ['versions'],
  access: 'anyone',
  refuses: ['package_not_found', 'package_blocked', 'version_not_found', 'file_not_found'],
  request: {
    params: versionParams,
    query: z.object({
      file: z.string().max(300).optional().openapi({ description: 'One of its files; the first when left out.' }),
    }),
  },
  responses: {
    200: text('The report.', 'application/json', reportAnswer),
    202: json(
      'Not decided yet: ask again in a moment.',
      z.object({
        package: z.string(),
        version: z.string(),
        verdict: z.literal('pending'),
        status: z.enum(versionStatuses),
      }),
    ),
  },
})

const schema = endpoint({
  method: 'get',
  path: '/api/v1/schemas/report',
  operationId: 'readReportSchema',
  summary: 'The JSON Schema of reports',
  tags: ['versions'],
  access: 'open',
  responses: {
    200: text('Draft 2020-12.', 'application/schema+json', z.looseObject({})),
  },
})

/** Validation reports, and the schema that they follow. */
export const reports = resource()
  .openapi(read, async (c) => {
    const who = await asking(c)
    const { file } = c.req.valid('query')
    const answer = await c.var.registry.readReport(who, versionRef(c, c.req.valid('param')), file)
    if (answer.state === 'decided') return c.json(answer.report, 200, { 'cache-control': 'private, no-cache' })
    const { name, version, status, reasons = [] } = answer.record
    if (isFinal(status)) {
      return c.json({ package: name, version, verdict: status, findings: reasons }, 200)
    }
    return c.json({ package: name, version, verdict: 'pending' as const, status }, 202, { 'retry-after': '2' })
  })
  .openapi(schema, (c) => {
    return c.body(JSON.stringify(reportSchema), 200, {
      'content-type': 'application/schema+json',
      'cache-control': 'public, max-age=300',
    })
  })
