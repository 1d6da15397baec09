import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePort } from '../../../src/node/local/ports.ts'
import { root } from '../../clients/support/install.ts'
import { until } from '../../clients/support/registry.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { programs } from './programs.ts'
import { request } from './request.ts'

/** A request that nginx has answered. */
export interface Passed {
  readonly server: string
  readonly method: string
  /** As the client sent it. */
  readonly uri: string
  readonly status: string
  /** Whether it carried credentials. */
  readonly authorization: 'yes' | 'no'
}

/** nginx with the configuration of the docs, as `https://localhost:<port>` and `https://127.0.0.1:<port>`. */
export interface TlsProxy {
  readonly registryUrl: string
  readonly storageUrl: string
  readonly certificate: Certificate
  /** What passed since the start. */
  log(): readonly Passed[]
  stop(): Promise<void>
}

/** @param ports where registry and storage listen on 127.0.0.1 */
export async function startProxy(ports: { readonly registry: number; readonly storage: number }): Promise<TlsProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'deckle-proxy-'))
  const certificate = makeCertificate(folder)
  const port = await choosePort()
  const log = join(folder, 'access.log')
  writeFileSync(
    join(folder, 'deckle.conf'),
    substitute(readFileSync(join(root, 'docs/proxy/nginx.conf'), 'utf8'), {
      'registry.example.com;': 'localhost;',
      'storage.example.com;': '127.0.0.1;',
      'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
      'listen [::]:443 ssl;': `listen [::1]:${port} ssl;`,
      '/etc/ssl/deckle/certificate.pem': certificate.certificate,
      '/etc/ssl/deckle/key.pem': certificate.key,
      '127.0.0.1:3325;': `127.0.0.1:${ports.registry};`,
      '127.0.0.1:3326;': `127.0.0.1:${ports.storage};`,
      'access_log off;': `access_log ${log} passed;`,
    }),
  )
  writeFileSync(join(folder, 'nginx.conf'), surroundings(folder))
  const nginx = spawn(programs.nginx ?? 'nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'])
  const registryUrl = `https://localhost:${port}`
  await untilItListens(nginx, folder, registryUrl, certificate.ca)
  return {
    registryUrl,
    storageUrl: `https://127.0.0.1:${port}`,
    certificate,
    log: () => readLines(log),
    stop: async () => {
      await end(nginx)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Puts names, ports and paths of a test in the place of those in the docs. @throws Error when one is not there */
function substitute(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`docs/proxy/nginx.conf has no "${from}" to replace.`)
    return changed.replaceAll(from, to)
  }, text)
}

/** What stands in `/etc/nginx/nginx.conf` otherwise: one process, which does not leave the folder, and a log to look at. */
function surroundings(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
  ${temporary.join('\n  ')}
  map $http_authorization $authorization { default yes; '' no; }
  log_format passed escape=json
    '{"server":"$server_name","method":"$request_method","uri":"$request_uri","status":"$status","authorization":"$authorization"}';
  include ${folder}/deckle.conf;
}
`
}

async function untilItListens(nginx: ChildProcess, folder: string, url: string, ca: string): Promise<void> {
  const listens = () =>
    request(`${url}/cdn-cgi/`, { ca }).then(
      () => true,
      () => false,
    )
  try {
    await until(async () => nginx.exitCode !== null || (await listens()), 10_000)
    if (nginx.exitCode !== null) throw new Error(`it ended with ${nginx.exitCode}`)
  } catch (error) {
    await end(nginx)
    throw new Error(`nginx does not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`, { cause: error })
  }
}

async function end(nginx: ChildProcess): Promise<void> {
  if (nginx.exitCode !== null || nginx.signalCode !== null) return
  nginx.kill('SIGTERM')
  await once(nginx, 'exit')
}

function readLines(log: string): readonly Passed[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Passed => JSON.parse(line))
}
