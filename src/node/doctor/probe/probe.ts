import { z } from 'zod'
import { reportPath } from '../../../http/urls.ts'
import { hexToBase64 } from '../../../std/base64.ts'
import { digestHex } from '../../../std/digest.ts'
import { isSameHost } from '../../../std/origin.ts'
import type { Check } from '../check.ts'
import { type Answer, type Exam, jsonOf } from '../exam.ts'
import { type Finding, ok, problem, skipped, warning } from '../finding.ts'
import { refusedStep } from './answers.ts'
import { type ProbePackage, packagePath, probePackage } from './package.ts'

const whoami = z.object({ username: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/) })
const packument = z.object({
  _rev: z.string(),
  versions: z.record(z.string(), z.object({ dist: z.object({ integrity: z.string(), tarball: z.url() }) })),
})
const report = z.object({ verdict: z.string(), score: z.object({ value: z.number() }).optional() })

const pollMs = 500
/** A version is listed a moment after its verdict; for longer, something is stuck. */
const listingMs = 10_000
/** A verdict that takes longer is worth a look: publishers wait for it. */
const slowMs = 15_000

/** A package is published, judged, found, downloaded and removed, as npm does it, with the token of somebody. */
export function probeChecks(exam: Exam): readonly Check[] {
  const probe = new Probe(exam)
  return [
    { name: 'account', needs: ['edge'], run: (signal) => probe.account(signal) },
    { name: 'publish', needs: ['account'], timeoutMs: 60_000, run: (signal) => probe.publish(signal) },
    { name: 'verdict', needs: ['publish'], timeoutMs: exam.waitMs + 20_000, run: (signal) => probe.verdict(signal) },
    { name: 'packument', needs: ['verdict'], run: (signal) => probe.packument(signal) },
    { name: 'download', needs: ['packument'], run: (signal) => probe.download(signal) },
    {
      name: 'probe-removed',
      needs: ['account'],
      cleansUp: true,
      timeoutMs: 60_000,
      run: (signal) => probe.remove(signal),
    },
  ]
}

/** What one step leaves for the next: `needs` sees to it that it is there. */
class Probe {
  readonly #exam: Exam
  #package: ProbePackage | undefined
  #publishedAt = 0
  #tarball = ''
  #isOpen = false

  constructor(exam: Exam) {
    this.#exam = exam
  }

  async account(signal: AbortSignal): Promise<Finding> {
    const { token, platform, config } = this.#exam
    if (token === undefined) {
      return skipped('No token was given: set DECKLE_TOKEN, or name a file with --token-file, to publish a probe.')
    }
    const answer = await this.#exam.askEdge('/-/whoami', signal)
    const { success, data } = whoami.safeParse(jsonOf(answer))
    if (answer.status !== 200 || !success) return refusedStep('npm whoami', answer)
    this.#package = probePackage(data.username, platform.now(), config.publicUrl)
    return ok(`The token is one of ${data.username}.`)
  }

  async publish(signal: AbortSignal): Promise<Finding> {
    const { platform } = this.#exam
    const { name, version, body } = this.#known()
    this.#publishedAt = platform.now()
    this.#isOpen = true
    const headers = { 'content-type': 'application/json' }
    const answer = await this.#exam.askEdge(packagePath(name), signal, { method: 'PUT', headers, body })
    // 202: the edge has waited long enough for the verdict
    if (answer.status === 201 || answer.status === 202) return ok(`${name}@${version} was taken.`)
    // A refusal of the checks is a verdict too, and frees the number
    this.#isOpen = answer.status >= 500
    return refusedStep('npm publish', answer)
  }

  async verdict(signal: AbortSignal): Promise<Finding> {
    const { platform, waitMs } = this.#exam
    const { name, version } = this.#known()
    const path = reportPath('npm', name, version)
    let answer = await this.#exam.askEdge(path, signal)
    while (answer.status === 202 && platform.now() - this.#publishedAt < waitMs) {
      await platform.sleep(pollMs, signal)
      answer = await this.#exam.askEdge(path, signal)
    }
    const tookMs = platform.now() - this.#publishedAt
    if (answer.status === 202) {
      const remedy = 'Start a validator, or look at the log of the one that runs; --wait makes the doctor more patient.'
      return problem(`No validator has judged the probe within ${Math.round(tookMs / 1_000)} s.`, remedy)
    }
    const { success, data } = report.safeParse(jsonOf(answer))
    if (answer.status !== 200 || !success) return refusedStep('The report', answer)
    this.#isOpen = false
    return judge(data, tookMs)
  }

  async packument(signal: AbortSignal): Promise<Finding> {
    const { name, version, integrity } = this.#known()
    const answer = await this.#readListed(signal)
    const stranger = await this.#exam.ask(`${this.#exam.config.publicUrl}${packagePath(name)}`, signal)
    const { success, data } = packument.safeParse(jsonOf(answer))
    if (answer.status !== 200 || !success) return refusedStep('npm view', answer)
    const dist = data.versions[version]?.dist
    if (dist === undefined) {
      return problem('The version was accepted and is not listed.', `Run: npm run deckle -- rebuild ${name}`)
    }
    if (dist.integrity !== integrity) {
      return problem('The packument has another digest than what was published.', 'Report this as a bug of Deckle.')
    }
    if (stranger.status < 400) {
      const remedy =
        'Look for a cache between here and the edge that keeps answers for one reader and gives them to others.'
      return problem('Somebody without a token reads a private package.', remedy)
    }
    this.#tarball = dist.tarball
    return ok(`${name} lists ${version}, for those who may read it.`)
  }

  async download(signal: AbortSignal): Promise<Finding> {
    const { publicUrl } = this.#exam.config
    if (!this.#tarball.startsWith(`${publicUrl}/`)) {
      return problem('The tarball is not at the registry.', 'Set DECKLE_PUBLIC_URL to the same address there and here.')
    }
    const answer = await this.#exam.askEdge(this.#tarball.slice(publicUrl.length), signal)
    const location = answer.headers.get('location') ?? ''
    if (answer.status !== 302 || !URL.canParse(location)) return refusedStep('npm install', answer)
    const { host } = new URL(location)
    if (isSameHost(location, publicUrl)) {
      const remedy =
        'Give storage another host name (DECKLE_STORAGE_URL): npm and yarn 1 send their token to the same host.'
      return problem('The download is redirected to the host of the registry.', remedy)
    }
    const file = await this.#exam.ask(location, signal)
    if (file.status !== 200) {
      const remedy = 'Compare the clock and the credentials of the edge with those here, and DECKLE_STORAGE_URL.'
      return problem(`The link of the edge to ${host} is answered with ${file.status}.`, remedy)
    }
    if (`sha512-${hexToBase64(digestHex('sha512', file.bytes))}` !== this.#known().integrity) {
      return problem(`${host} gives other bytes than were published.`, 'Look at what stands between here and storage.')
    }
    return ok(`The file comes from ${host}, by a signed link, with the digest that was published.`)
  }

  /** Unpublishes all that the package lists: also what a run left that was killed. */
  async remove(signal: AbortSignal): Promise<Finding> {
    const { name, version } = this.#known()
    const answer = await this.#read(signal)
    if (answer.status === 404) {
      if (!this.#isOpen) return ok('Nothing of the probe is left.')
      const message = `${name}@${version} still waits for its verdict, and is listed once a validator has accepted it.`
      return warning(message, 'Run the doctor again when a validator runs: it removes this version too.')
    }
    const { success, data } = packument.safeParse(jsonOf(answer))
    if (answer.status !== 200 || !success) return this.#left(answer)
    const path = `${packagePath(name)}/-rev/${encodeURIComponent(data._rev)}`
    const removed = await this.#exam.askEdge(path, signal, { method: 'DELETE' })
    if (removed.status !== 200) return this.#left(removed)
    const after = await this.#read(signal)
    return after.status === 404 ? ok(`${name} was unpublished; nothing of it is left.`) : this.#left(after)
  }

  #left(answer: Answer): Finding {
    const { message, remedy = '' } = refusedStep('npm unpublish', answer)
    return problem(message, `${remedy} Then run the doctor again: it removes what is left of ${this.#known().name}.`)
  }

  /** The packument once it lists the version, which follows the verdict; or as it is after a while. */
  async #readListed(signal: AbortSignal): Promise<Answer> {
    const { platform } = this.#exam
    const askedAt = platform.now()
    for (;;) {
      const answer = await this.#read(signal)
      const { data } = packument.safeParse(jsonOf(answer))
      const isListed = data !== undefined && Object.hasOwn(data.versions, this.#known().version)
      if (isListed || platform.now() - askedAt > listingMs) return answer
      await platform.sleep(pollMs, signal)
    }
  }

  /** The packument as it is now, not as some isolate remembers it. */
  #read(signal: AbortSignal): Promise<Answer> {
    return this.#exam.askEdge(`${packagePath(this.#known().name)}?write=true`, signal)
  }

  #known(): ProbePackage {
    if (this.#package === undefined) throw new Error('the account is not known yet')
    return this.#package
  }
}

function judge({ verdict, score }: z.infer<typeof report>, tookMs: number): Finding {
  const took = `${(tookMs / 1_000).toFixed(1)} s`
  if (verdict !== 'accepted') {
    return problem(
      `The validator says "${verdict}" of the probe.`,
      'Read its log, and DECKLE_POLICY: nothing is wrong with the probe.',
    )
  }
  const message = `Accepted after ${took}${score === undefined ? '' : `, with a score of ${score.value}`}.`
  if (tookMs <= slowMs) return ok(message)
  return warning(message, 'If no validator had to be started for it, let more of them run: publishers wait for this.')
}
