import { bytesToBase64, hexToBase64 } from '../../../std/base64.ts'
import { digestHex } from '../../../std/digest.ts'
import { archiveOf } from './archive.ts'

/** The package that is published to see whether publishing works. */
export interface ProbePackage {
  readonly name: string
  readonly version: string
  /** Of its tarball, as npm writes it: `sha512-…`. */
  readonly integrity: string
  /** What `npm publish` sends. */
  readonly body: string
}

/**
 * A private package in the scope of its publisher, which nobody else may use and no organisation can have: so its name
 * collides with nothing. The name is always the same, so that a run that was killed leaves what the next one removes;
 * the version is new each time, since a number is never free again.
 */
export function probePackage(username: string, now: number, registry: string): ProbePackage {
  const name = `@${username}/deckle-doctor`
  const version = `0.0.${now}`
  const manifest = {
    name,
    version,
    description: 'Published, installed and removed again by the doctor of Deckle.',
    license: 'Apache-2.0',
    main: 'index.js',
  }
  const tarball = archiveOf({
    'package/package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'package/index.js': 'module.exports = true\n',
    'package/README.md': `# ${name}\n\n${manifest.description}\n`,
    'package/LICENSE': 'Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0\n',
  })
  const integrity = `sha512-${hexToBase64(digestHex('sha512', tarball))}`
  const file = `${name}-${version}.tgz`
  const dist = { integrity, shasum: digestHex('sha1', tarball), tarball: `${registry}/${name}/-/${file}` }
  const attachment = {
    content_type: 'application/octet-stream',
    data: bytesToBase64(tarball),
    length: tarball.length,
  }
  const body = JSON.stringify({
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    access: 'restricted',
    _attachments: { [file]: attachment },
  })
  return { name, version, integrity, body }
}

/** The path of the package; npm encodes the slash of a scope. */
export function packagePath(name: string): string {
  return `/${name.replace('/', '%2f')}`
}
