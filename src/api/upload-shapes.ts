import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../http/env.ts'
import { visibilities } from '../model/records.ts'
import { mostParts, partCountOf, uploadKinds } from '../model/upload.ts'
import type { WantedUpload } from '../registry/uploads/open-upload.ts'
import { type UploadView, uploadStates } from '../registry/uploads/show-upload.ts'
import { time } from './resource.ts'

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex, in lower case')
export const partNumber = z.int().min(1).max(mostParts)
export const saidPart = z.object({ number: partNumber, sha256 })

/** What somebody wants to send. */
export const uploadRequest = z
  .strictObject({
    package: z.string().min(1).max(300).openapi({ example: '@acme/model' }),
    version: z.string().min(1).max(300).openapi({ example: '1.2.0' }),
    filename: z.string().min(1).max(300).openapi({ example: 'weights.tar.zst' }),
    sizeBytes: z.int().min(0),
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
  })
  .openapi('NewUpload')

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
  })
  .openapi('Upload')

/** @throws Refusal `package_name_invalid`, `version_invalid`, `filename_invalid`, `tag_invalid` */
export function wantedUpload(c: Context<AppEnv>, said: z.infer<typeof uploadRequest>): WantedUpload {
  const { package: name, version, filename, type, release, tags, ...rest } = said
  const ref = c.var.registry.genericFile(name, version, filename)
  const { tagName } = c.var.registry.formats[ref.format]
  const { sizeBytes, sha256: digest, visibility, description } = rest
  return {
    ...ref,
    sizeBytes,
    ...(digest === undefined ? {} : { sha256: digest }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { kind: type }),
    ...(release === true ? { releases: true } : {}),
    ...(tags === undefined ? {} : { tags: tags.map(tagName) }),
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
  }
}
