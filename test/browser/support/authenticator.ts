import type { CDPSession, Page } from 'playwright-core'

const device = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const

/**
 * A device with passkeys that the browser believes to have, whose owner always says yes.
 * @see https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/
 */
export class BrowserAuthenticator {
  readonly #session: CDPSession
  readonly #id: string

  private constructor(session: CDPSession, id: string) {
    this.#session = session
    this.#id = id
  }

  static async plugIn(page: Page): Promise<BrowserAuthenticator> {
    const session = await page.context().newCDPSession(page)
    await session.send('WebAuthn.enable')
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options: device })
    return new BrowserAuthenticator(session, authenticatorId)
  }

  /** How many passkeys it has. */
  async count(): Promise<number> {
    return (await this.#session.send('WebAuthn.getCredentials', { authenticatorId: this.#id })).credentials.length
  }

  /** Somebody takes it away, and its passkeys with it. */
  async unplug(): Promise<void> {
    await this.#session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#id })
  }
}
