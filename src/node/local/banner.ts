import type { Proxied } from './stack.ts'

export interface BannerFacts {
  readonly url: string
  /** When clients come through a proxy. */
  readonly proxied?: Proxied
  readonly dataDirectory: string
  /** Names of the services that others provide, with their addresses. */
  readonly replaced: Readonly<Record<string, string>>
  /** With several regions: the processes that are the storage of each, the home region first. */
  readonly regions: Readonly<Record<string, readonly number[]>>
  /** The first account's password, when it was made up just now. */
  readonly password?: string
  readonly startedInMs: number
}

/** What `npm start` prints when the registry is ready. */
export function banner({ url, proxied, dataDirectory, replaced, regions, password, startedInMs }: BannerFacts): string {
  const registry = `--registry=${url}/`
  const rows: readonly (readonly [string, string])[] = [
    ...(proxied === undefined
      ? [['registry', `${url}/`] as const]
      : [
          ['registry', `${url}/   (listens on ${proxied.registryListens})`] as const,
          ['storage', `${proxied.storageUrl}/   (listens on ${proxied.storageListens})`] as const,
        ]),
    ['data', dataDirectory],
    ...Object.entries(regions).map(([name, pids], index) => {
      const role = index === 0 ? 'home region' : 'a copy'
      return [name, `${role}   (an outage of some seconds: kill -9 ${pids.join(' ')})`] as const
    }),
    ...Object.entries(replaced),
    ['account', 'admin'],
    ...(password === undefined ? [] : [['password', `${password}   (shown only this once)`] as const]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 3
  return [
    '',
    `  Deckle is ready (${(startedInMs / 1000).toFixed(1)} s)`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`),
    '',
    '  Publish a first package:',
    '',
    `    npm login --auth-type=legacy ${registry}`,
    '    cd <your package>',
    `    npm publish ${registry}`,
    `    npm view <its name> ${registry}`,
    '',
    '  Ctrl-C stops it.',
    '',
  ].join('\n')
}
