import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import { visibilities } from '../model/records.ts'
import { isJudged, mostParts, partCountOf, uploadKinds } from '../model/upload.ts'
import type { WantedUpload } from '../registry/uploads/open-upload.ts'
import { type UploadView, uploadStates } from '../registry/uploads/show-upload.ts'
import type { Completion } from '../registry/uploads/stage-manifest.ts'
import { withoutUndefined } from '../std/defined.ts'
import { nestsWithin, toJson } from '../std/json.ts'
import { time } from './resource.ts'

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex, in lower case')
export const partNumber = z.int().min(1).max(mostParts)
export const saidPart = z.object({ number: partNumber, sha256 })

const named = {
  package: z.string().min(1).max(300).openapi({ example: '@acme/model' }),
  version: z.string().min(1).max(300).openapi({ example: '1.2.0' }),
  sizeBytes: z.int().min(0),
}
const tried = 'Validate it and publish nothing: `complete` says whether it would be accepted.'

const genericUpload = z.strictObject({
  format: z.literal('generic').optional(),
  ...named,
  filename: z.string().min(1).max(300).openapi({ example: 'weights.tar.zst' }),
  sha256: sha256.optional().openapi({ description: 'Of the whole file, if it is known: the validator compares.' }),
  tags: z.array(z.string().max(100)).max(20).optional().openapi({
    description: 'Tags to set. Left out: `latest` follows if the version is higher, and no pre-release.',
  }),
  visibility: z.enum(visibilities).optional().openapi({ description: 'Of a package that does not exist yet.' }),
  type: z
    .enum(uploadKinds)
    .optional()
    .openapi({
      description:
        '`opaque`: nobody looks into the file. `archive`: it must be a zip or tar file with a `deckle.json`. Left out: ' +
        'an archive is opened if its name says that it is one.',
    }),
  release: z.boolean().optional().openapi({ description: 'The version has no more files after this one.' }),
  description: z.string().max(1_000).optional(),
  dryRun: z.boolean().optional().openapi({ description: tried }),
})

const npmTarball = z.strictObject({
  format: z.literal('npm'),
  ...named,
  filename: z.string().max(300).optional().openapi({
    description: 'Not looked at: a version has one file, and npm says how it is called.',
  }),
  dryRun: z.literal(true, { error: 'npm packages are published by clients of npm: only a dry run takes them' }),
})

const deepestManifest = 64

const npmManifest = z
  .record(z.string(), z.unknown())
  .refine((manifest) => nestsWithin(manifest, deepestManifest), 'nests too deep')
  .openapi({ description: 'For a dry run of npm: what a client would publish beside the tarball, to be compared.' })

export const completionRequest = z.strictObject({
  parts: z.array(saidPart).max(mostParts).optional().openapi({ description: 'What was sent, to be compared.' }),
  release: z.boolean().optional(),
  manifest: npmManifest.optional(),
})

export function completionOf({ release, manifest, ...said }: z.infer<typeof completionRequest>): Completion {
  return {
    ...withoutUndefined(said),
    ...(release === true ? { releases: true } : {}),
    ...(manifest === undefined ? {} : { manifest: toJson(manifest) }),
  }
}

const formatProblem = ({ code }: { readonly code?: string | undefined }) =>
  code === 'invalid_union' ? 'must be "generic" or, for a dry run, "npm"' : undefined

/** What somebody wants to send: a file of any kind, or a tarball of npm that is only tried. */
export const uploadRequest = z
  .discriminatedUnion('format', [genericUpload, npmTarball], { error: formatProblem })
  .openapi('NewUpload')

const alwaysTried = { dryRun: z.literal(true).optional().openapi({ description: 'It always is one.' }) }
/** The same, of which nothing is published. */
export const dryRunRequest = z
  .discriminatedUnion('format', [genericUpload.extend(alwaysTried), npmTarball.extend(alwaysTried)], {
    error: formatProblem,
  })
  .openapi('NewDryRun')

export const uploadSchema = z
  .object({
    id: z.string(),
    state: z.enum(uploadStates),
    format: z.string(),
    package: z.string(),
    version: z.string(),
    filename: z.string(),
    sizeBytes: z.int(),
    sha256: sha256.optional(),
    partBytes: z.int().openapi({ description: 'Of each part but the last.' }),
    partCount: z.int(),
    createdAt: time,
    expiresAt: time.openapi({ description: 'A day after the last activity.' }),
    parts: z.object({ standing: z.int(), bytes: z.int() }).optional(),
    validation: z.object({ checkedBytes: z.int(), totalBytes: z.int() }).optional(),
    reasons: z
      .array(z.object({ code: z.string(), path: z.string().optional(), message: z.string(), hint: z.string() }))
      .optional(),
    url: z.string().optional().openapi({ description: 'Where the published file is.' }),
    dryRun: z.literal(true).optional().openapi({ description: 'It is validated, and nothing is published.' }),
    report: z.string().optional().openapi({ description: 'Where all is that validation found in a dry run.' }),
  })
  .openapi('Upload')

type UploadRequest = z.infer<typeof uploadRequest> | z.infer<typeof dryRunRequest>

/** @throws Refusal `package_name_invalid`, `version_invalid`, `filename_invalid`, `tag_invalid` */
export function wantedUpload(c: Context<AppEnv>, said: UploadRequest): WantedUpload {
  const { registry } = c.var
  if (said.format === 'npm') {
    return { ...registry.npmFile(said.package, said.version), sizeBytes: said.sizeBytes, dryRun: true }
  }
  const { format: _, package: name, version, filename, type: kind, release, tags, dryRun, ...rest } = said
  const ref = registry.genericFile(name, version, filename)
  const { tagName } = registry.formats[ref.format]
  return {
    ...ref,
    ...withoutUndefined({ ...rest, kind, tags: tags?.map(tagName) }),
    ...(release === true ? { releases: true } : {}),
    ...(dryRun === true ? { dryRun } : {}),
  }
}

export function shownUpload(c: Context<AppEnv>, view: UploadView): z.infer<typeof uploadSchema> {
  const { upload, state, parts, validation, reasons } = view
  const { id, format, name, version, filename, sizeBytes, partBytes, createdAt, expiresAt } = upload
  const digest = view.sha256 ?? upload.sha256
  return {
    id,
    state,
    format,
    package: name,
    version,
    filename,
    sizeBytes,
    partBytes,
    partCount: partCountOf(upload),
    createdAt,
    expiresAt,
    ...(digest === undefined ? {} : { sha256: digest }),
    ...(parts === undefined ? {} : { parts }),
    ...(validation === undefined ? {} : { validation }),
    ...(reasons === undefined ? {} : { reasons: [...reasons] }),
    ...(state === 'published' ? { url: c.var.registry.fileUrl(upload) } : {}),
    ...(upload.dryRun ? { dryRun: true } : {}),
    ...(isJudged(upload.outcome) ? { report: `/api/v1/uploads/${id}/report` } : {}),
  }
}
