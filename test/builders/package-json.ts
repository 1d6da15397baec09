import type { JsonObject } from '../../src/std/json.ts'

/** A `package.json` as most people write it, with whatever is to be different. */
export function packageJson(name = 'left-pad', version = '1.0.0', fields: JsonObject = {}): JsonObject {
  return { name, version, description: 'Pads on the left.', license: 'MIT', main: 'index.js', ...fields }
}

/**
 * The manifest that npm 11 sends beside the archive: the same fields, and what it says about itself. Fields in normal
 * form (npm's) are the caller's to give.
 */
export function publishedManifest(packageJsonFields: JsonObject, fields: JsonObject = {}): JsonObject {
  const { name, version } = packageJsonFields
  return {
    ...packageJsonFields,
    _id: `${String(name)}@${String(version)}`,
    _nodeVersion: '24.21.0',
    _npmVersion: '11.21.2',
    readme: 'ERROR: No README data found!',
    dist: { integrity: 'sha512-AAAA', shasum: '0000', tarball: 'http://registry.test/left-pad.tgz' },
    ...fields,
  }
}
