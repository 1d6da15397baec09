import type { Context } from 'hono'
import type { VersionRef } from '../model/ids.ts'
import type { AppEnv } from './env.ts'

/** Where the validation report of a version can be read. */
export function reportUrl(c: Context<AppEnv>, ref: VersionRef): string {
  return `${c.var.registry.config.publicUrl}${reportPath(ref.format, ref.name, ref.version)}`
}

export function reportPath(format: string, name: string, version: string): string {
  return `/api/v1/packages/${format}/${name.replace('/', '%2f')}/versions/${version}/report`
}

/** The pages behind the links that administrators hand over. */
export const invitationPath = (secret: string) => `/-/invite/${secret}`
export const resetPath = (secret: string) => `/-/reset/${secret}`
