import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Username } from '../../src/model/ids.ts'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { publishRequest } from '../support/actor.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { BrowserAuthenticator } from './support/authenticator.ts'
import { expectGoodPage, looks, openBrowser, openPage, picture, tabTo, type WatchedPage } from './support/browser.ts'

let stack: Stack
let browser: Browser
const password = 'correct horse battery'

beforeAll(async () => {
  browser = await openBrowser()
  const keys = JSON.stringify([{ kid: 'test', secret: 'a'.repeat(43) }])
  const settings = { DECKLE_SECRET_KEY: 'b'.repeat(43), DECKLE_SESSION_KEYS: keys }
  stack = await startStack({ validator: false, settings })
})
afterAll(async () => {
  await browser?.close()
  await stack?.close()
})

const accounts = () => wireAccounts(stack.config, stack.stores, webPlatform)
const factorOf = (name: string) => stack.stores.secondFactors.get(name as Username)
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()

/** Types into the field of this label, which Tab comes to next. */
async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label)
  await page.keyboard.type(text)
}

async function press(page: Page, button: string): Promise<void> {
  await tabTo(page, button)
  await page.keyboard.press('Enter')
}

/** Shows name and password on the page for it, as far as they get somebody. */
async function enter(page: Page, name: string): Promise<void> {
  await heading(page, 'Log in')
  await type(page, 'User name', name)
  await type(page, 'Password', password)
  await press(page, 'Log in')
}

/** From the page of one's account, until the browser is to make one. */
async function beginPasskey(page: Page, name: string): Promise<void> {
  await type(page, 'Name of a new one', name)
  await type(page, 'Your password', password)
  await press(page, 'Add a passkey')
  await heading(page, 'Add a passkey')
}

/** Fails unless the page is good in all widths and colours. */
async function look(watched: WatchedPage, name: string): Promise<void> {
  for (const [colorScheme, width] of looks) {
    await watched.page.emulateMedia({ colorScheme })
    await watched.page.setViewportSize({ width, height: 800 })
    await picture(watched.page, `passkeys-${name}-${colorScheme}-${width}`)
    await expectGoodPage(watched)
  }
}

/** Somebody who has just made a first passkey, in a browser that is logged in. */
async function withPasskey(watched: WatchedPage, name: string): Promise<BrowserAuthenticator> {
  const { page } = watched
  await createAccount(accounts(), { username: name, password, roles: ['publisher'] })
  const device = await BrowserAuthenticator.plugIn(page)
  await page.goto(`${stack.url}/-/login`)
  await enter(page, name)
  await heading(page, `Security of ${name}`)
  await beginPasskey(page, 'laptop')
  await press(page, 'Make a passkey')
  await heading(page, 'Your recovery codes')
  expect(await device.count()).toBe(1)
  return device
}

test('a passkey is made, used to log in, and removed, with the keyboard alone', async () => {
  await using watched = await openPage(browser, stack.url)
  const { page } = watched
  const laptop = await withPasskey(watched, 'ana')
  await look(watched, 'codes')
  await press(page, 'Done')
  await heading(page, 'Security of ana')
  await look(watched, 'account')
  expect((await factorOf('ana'))?.passkeys).toMatchObject([{ name: 'laptop' }])

  await press(page, 'Log out')
  await enter(page, 'ana')
  await heading(page, 'Confirm that it is you')
  await look(watched, 'challenge')
  // The field for a code has the focus, and stands behind
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await heading(page, 'Security of ana')

  await laptop.unplug()
  const phone = await BrowserAuthenticator.plugIn(page)
  await beginPasskey(page, 'phone')
  await look(watched, 'new')
  await press(page, 'Make a passkey')
  await page.getByText('phone', { exact: true }).waitFor()
  expect(await phone.count()).toBe(1)
  await press(page, 'Remove laptop')
  await page.getByText('laptop', { exact: true }).waitFor({ state: 'detached' })
  expect((await factorOf('ana'))?.passkeys).toMatchObject([{ name: 'phone' }])
  await press(page, 'Remove phone')
  expect(await page.getByRole('alert').textContent()).toContain('This is all that you have to show.')
  await look(watched, 'last')
})

test('a passkey confirms what a terminal waits for, and a device of somebody else does not', async () => {
  await using watched = await openPage(browser, stack.url)
  await withPasskey(watched, 'bob')
  const { authUrl, doneUrl } = await refusedPublish('bob')

  await using foreign = await openPage(browser, stack.url)
  await BrowserAuthenticator.plugIn(foreign.page)
  await foreign.page.goto(authUrl)
  await press(foreign.page, 'Use a passkey')
  await foreign.page.getByText('The browser showed no passkey').waitFor()
  await look(foreign, 'refused')
  expect((await fetch(doneUrl)).status).toBe(202)

  await watched.page.goto(authUrl)
  await press(watched.page, 'Use a passkey')
  await heading(watched.page, 'Confirmed')
  expect(await (await fetch(doneUrl)).json()).toMatchObject({ token: expect.any(String) })
})

/** What npm gets when it publishes for somebody who shows a second factor for every change. */
async function refusedPublish(name: string): Promise<{ authUrl: string; doneUrl: string }> {
  const { users, tokens } = accounts()
  const user = await users.get(name as Username)
  if (user === undefined) throw new Error(`${name} is nobody`)
  await users.replace(user, { secondFactor: 'auth-and-writes' }, new Date().toISOString())
  const { token } = await tokens.issue(user, 'login by npm', 1)
  const answer = await fetch(`${stack.url}/${name}s`, {
    ...publishRequest(`${name}s`, '1.0.0'),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'npm-auth-type': 'web' },
  })
  const urls: { authUrl: string; doneUrl: string } = JSON.parse(await answer.text())
  return urls
}
