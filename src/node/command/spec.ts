import { formatIds } from '../../model/ids.ts'
import { Failure } from './failure.ts'

/** What a command is about, as people write it: `model`, `@acme/model@1.2.0`, `npm:left-pad@latest`. */
export interface Spec {
  /** `generic` unless one is written before the name. */
  readonly format: string
  readonly name: string
  /** A version, a tag or a range. */
  readonly selector?: string
}

const shape = /^(?:([a-z]+):)?((?:@[^@/\s]+\/)?[^@/:\s]+)(?:@(.+))?$/

/** @throws Failure `usage` */
export function parseSpec(text: string): Spec {
  const [, format = 'generic', name, selector] = shape.exec(text) ?? []
  if (name === undefined || text.length > 500) {
    throw new Failure('usage', `"${text}" names no package.`, {
      code: 'spec_invalid',
      hint: 'Write name, @org/name or name@version; npm:name for a package of npm.',
    })
  }
  if (!formatIds.some((id) => id === format)) {
    throw new Failure('usage', `There are no packages of "${format}" here.`, {
      code: 'format_unknown',
      hint: `Write nothing before the name, or one of ${formatIds.map((id) => `${id}:`).join(', ')}.`,
    })
  }
  return { format, name, ...(selector === undefined ? {} : { selector }) }
}

/** The same, where a version has to be named. @throws Failure `usage` */
export function parseVersionSpec(text: string): Spec & { readonly selector: string } {
  const { selector, ...spec } = parseSpec(text)
  if (selector !== undefined) return { ...spec, selector }
  throw new Failure('usage', `"${text}" names no version.`, {
    code: 'version_missing',
    hint: `Write ${text}@1.0.0, or whatever version you mean.`,
  })
}

/** Where the API has a package. */
export function packagePath({ format, name }: Spec): string {
  return `/api/v1/packages/${format}/${encodeURIComponent(name)}`
}

/** As people write it; `generic` is understood. */
export function shownSpec({ format, name, selector }: Spec): string {
  return `${format === 'generic' ? '' : `${format}:`}${name}${selector === undefined ? '' : `@${selector}`}`
}
