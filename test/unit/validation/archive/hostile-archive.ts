import type { ArchiveCode } from '../../../../src/validation/archive/codes.ts'
import { type TarballBuilder, tarball } from '../../../builders/tarball.ts'
import type { WalkSettings } from './walking.ts'

/** One archive that must be refused, and what has to be said about it. */
export interface HostileArchive {
  readonly name: string
  readonly archive: Uint8Array
  readonly code: ArchiveCode
  /** The path that the finding names, printable; undefined when it is about the archive as a whole. */
  readonly path?: string
  readonly settings?: WalkSettings
}

/** The magic of GNU tar. */
export const gnu = 'ustar  \0'
/** What every hostile archive begins with. */
export const good = () => tarball().file('package/package.json', '{}')

/** An archive with something added to it. */
export function trick(
  code: ArchiveCode,
  name: string,
  build: (builder: TarballBuilder) => TarballBuilder,
  path?: string,
  settings?: WalkSettings,
): HostileArchive {
  return raw(code, name, build(good()).gzip(), path, settings)
}

/** A file as it stands. */
export function raw(
  code: ArchiveCode,
  name: string,
  archive: Uint8Array,
  path?: string,
  settings?: WalkSettings,
): HostileArchive {
  return {
    name,
    archive,
    code,
    ...(path === undefined ? {} : { path }),
    ...(settings === undefined ? {} : { settings }),
  }
}
