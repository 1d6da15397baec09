import { Failure } from './failure.ts'
import { interrupted } from './retry.ts'

/** What the system, or Node, says of a connection, for people. */
const noAnswers: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no host has this name',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ETIMEDOUT: 'it took too long',
  UND_ERR_CONNECT_TIMEOUT: 'it took too long',
  TimeoutError: 'it took too long',
  ENETUNREACH: 'no way leads there from here',
  EHOSTUNREACH: 'no way leads there from here',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS, so it may be http://',
}
/** As OpenSSL names them (`X509_V_ERR_…`), and Node for another host’s. */
const untrusted = /CERT|SELF_SIGNED|ISSUER/

/** What it means that there was no answer. `host`: who did not give one. */
export function connectionFailure(error: unknown, host: string, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error
  if (signal.aborted) return interrupted()
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (code !== undefined && untrusted.test(code)) return untrustedFailure(host, code)
  return new Failure('network', `${host} does not answer: ${whyOf(cause, code)}.`, {
    code: 'no_answer',
    where: host,
    hint: 'Look at the network and the address (--registry), then run the command again.',
    isPassing: true,
  })
}

function whyOf(cause: unknown, code: string | undefined): string {
  const key = code ?? (cause instanceof Error ? cause.name : '')
  const meaning = noAnswers[key]
  if (meaning !== undefined) return `${meaning} (${key})`
  return code ?? (cause instanceof Error ? cause.message || cause.name : String(cause))
}

/** Trying again does not help. */
function untrustedFailure(host: string, code: string): Failure {
  return new Failure('network', `The certificate of ${host} is not trusted (${code}).`, {
    code: 'certificate_untrusted',
    hint: 'If your company has its own authority, name its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem.',
  })
}
