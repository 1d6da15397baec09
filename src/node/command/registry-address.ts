import { Failure } from './failure.ts'

/** Where `npm start` listens. */
const localRegistry = 'http://localhost:3325'

/**
 * The registry that is meant: `--registry`, else `DECKLE_REGISTRY`, else the one of the last login, else that of
 * `npm start`. Without a slash at its end, so that the same registry always has the same name.
 * @throws Failure `usage`
 */
export function registryAddress(
  asked: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  usual: string | undefined,
): string {
  const { DECKLE_REGISTRY: fromEnvironment } = env
  const text = asked ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? usual ?? localRegistry
  const url = URL.parse(text)
  const isPlain = url?.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (url === null || !isPlain || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Failure('usage', `"${text}" is no address of a registry.`, {
      code: 'registry_invalid',
      hint: 'Use one such as https://registry.example.com, without a user name in it.',
    })
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** Whether what is sent there can be read on the way: plain http to another machine. */
export function isReadableOnTheWay(registry: string): boolean {
  const { protocol, hostname } = new URL(registry)
  return protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\]|.*\.localhost)$/.test(hostname)
}
