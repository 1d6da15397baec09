/** The packages that are measured: like real ones in size, and the same bytes for each contestant. */
import { publishBody } from '../builders/publish-body.ts'
import { tarball } from '../builders/tarball.ts'

/** About what a middling package of the npm registry says about itself: 1.5 KB. */
export function manifestOf(name: string, version: string, dependencies: Readonly<Record<string, string>> = {}) {
  return {
    name,
    version,
    description: `A package of the measurements, about as talkative as real ones are on the average: ${name}`,
    license: 'MIT',
    author: { name: 'Ana Bench', url: 'https://example.com/ana' },
    homepage: `https://example.com/${name}#readme`,
    repository: { type: 'git', url: `git+https://example.com/bench/${name}.git` },
    bugs: { url: `https://example.com/bench/${name}/issues` },
    keywords: ['bench', 'measure', 'registry', 'tree', 'package'],
    main: './index.js',
    engines: { node: '>=20' },
    scripts: { test: 'node --test', lint: 'biome check .', build: 'tsc -b', prepublishOnly: 'npm run build' },
    dependencies,
    devDependencies: Object.fromEntries(
      ['typescript', '@types/node', 'vitest', 'biome', 'esbuild', 'fast-check', 'knip', 'rimraf', 'prettier', 'c8'].map(
        (tool, index) => [tool, `^${index + 1}.${version.length}.0`],
      ),
    ),
  }
}

/** The body of `npm publish` for a small package of three files. */
export function publishOf(name: string, version: string, dependencies: Readonly<Record<string, string>> = {}) {
  const manifest = manifestOf(name, version, dependencies)
  const archive = tarball()
    .file('package/package.json', JSON.stringify(manifest, undefined, 2))
    .file('package/index.js', `module.exports = '${name}@${version}'\n`.repeat(20))
    .file('package/README.md', `# ${name}\n\n${'What it does, how, and why. '.repeat(40)}\n`)
  const readme = `# ${name}\n\n${'What it does, how, and why. '.repeat(40)}\n`
  return publishBody({ name, version, tarball: archive.gzip(), order: 'npm', manifest, readme, access: 'public' })
}

export const publishHeaders = { 'content-type': 'application/json', 'user-agent': 'npm/11.21.2 node/v24 linux x64' }
export const abbreviated = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*'
/** As npm sends them. */
export const npmHeaders = { 'user-agent': 'npm/11.21.2 node/v24 linux x64', 'accept-encoding': 'gzip,deflate' }

/** 200 packages in a tree: `tree-0` needs three, each of those three more, until there are enough. */
export function tree(
  count: number,
): readonly { readonly name: string; readonly dependencies: Record<string, string> }[] {
  return Array.from({ length: count }, (_, index) => {
    const children = [1, 2, 3].map((child) => index * 3 + child).filter((child) => child < count)
    return {
      name: `tree-${index}`,
      dependencies: Object.fromEntries(children.map((child) => [`tree-${child}`, '^1.0.0'])),
    }
  })
}
