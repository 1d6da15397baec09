import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccount } from '../../src/registry/accounts.ts'
import { webPlatform } from '../../src/std/platform.ts'
import { wireAccounts } from '../../src/wiring.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { expectGoodPage, looks, openBrowser, openPage, picture } from './support/browser.ts'

let stack: Stack
let browser: Browser
const password = 'correct horse battery'

beforeAll(async () => {
  browser = await openBrowser()
  stack = await startStack({ validator: false })
  await createAccount(wireAccounts(stack.config, stack.stores, webPlatform), { username: 'bob', password, roles: [] })
})
afterAll(async () => {
  await browser?.close()
  await stack?.close()
})

/** What `npm login` gets: the page to send its user to, and the address that it asks at. */
async function begin(address?: string): Promise<{ loginUrl: string; doneUrl: string }> {
  const answer = await (await stack.as()).fetch('/-/v1/login', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'npm/11.21.2 node/v24 linux x64',
      ...(address === undefined ? {} : { 'cf-connecting-ip': address }),
    },
    body: '{}',
  })
  const urls: { loginUrl: string; doneUrl: string } = JSON.parse(await answer.text())
  return urls
}

/** Goes to the next control by Tab, and says which it is. */
async function tab(page: Page): Promise<string | null> {
  await page.keyboard.press('Tab')
  return page
    .locator(':focus-visible')
    .evaluate((element) => element.getAttribute('value') || element.getAttribute('id'))
}

describe('with the keyboard alone, and no script', () => {
  test('somebody allows a login, and its client gets a token', async () => {
    const { loginUrl, doneUrl } = await begin()
    await using watched = await openPage(browser, stack.url, { javaScriptEnabled: false })
    const { page, problems } = watched
    await page.goto(loginUrl)
    expect(await tab(page)).toBe('name')
    await page.keyboard.type('bob')
    expect(await tab(page)).toBe('password')
    await page.keyboard.type(password)
    expect(await tab(page)).toBe('allow')
    expect(await tab(page)).toBe('deny')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allowed' }).waitFor()
    expect(await page.getByRole('status').textContent()).toMatch(/logged in as\s+bob/)
    const done: { token: string } = JSON.parse(await (await fetch(doneUrl)).text())
    expect(done.token).toMatch(/^dk_/)
    expect(problems).toEqual([])
  })

  test('Enter in a field allows, Deny needs no password, and a denied login stays so', async () => {
    const { loginUrl, doneUrl } = await begin()
    await using watched = await openPage(browser, stack.url, { javaScriptEnabled: false })
    const { page } = watched
    await page.goto(loginUrl)
    for (const control of ['name', 'password', 'allow', 'deny']) expect(await tab(page)).toBe(control)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Denied' }).waitFor()
    expect((await fetch(doneUrl)).status).toBe(403)
    await page.reload()
    await page.getByRole('heading', { name: 'Denied' }).waitFor()

    const second = await begin()
    await page.goto(second.loginUrl)
    await tab(page)
    await page.keyboard.type('bob')
    await tab(page)
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allowed' }).waitFor()
  })

  test('a wrong password is said, tied to the fields, and typing goes on there', async () => {
    const { loginUrl } = await begin()
    await using watched = await openPage(browser, stack.url, { javaScriptEnabled: false })
    const { page } = watched
    await page.goto(loginUrl)
    await tab(page)
    await page.keyboard.type('bob')
    await tab(page)
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toBe('The user name or the password is wrong.')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.getByLabel('User name').inputValue()).toBe('bob')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    expect(await page.getByLabel('Password').getAttribute('aria-describedby')).toBe('fault')
    expect(await page.locator(':focus').getAttribute('id')).toBe('password')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allowed' }).waitFor()
  })
})

test('an empty form is not sent', async () => {
  const { loginUrl } = await begin()
  await using watched = await openPage(browser, stack.url)
  await watched.page.goto(loginUrl)
  await watched.page.getByRole('button', { name: 'Allow' }).click()
  expect(await watched.page.locator('input:invalid').count()).toBe(2)
  expect(await watched.page.getByRole('alert').count()).toBe(0)
})

/** Every state that the page has, by what brings somebody there. */
const states = {
  asking: async (page) => {
    await page.goto((await begin()).loginUrl)
    expect(await page.getByText('Not from where you are.').count()).toBe(0)
  },
  elsewhere: async (page) => {
    await page.setExtraHTTPHeaders({ 'cf-connecting-ip': '198.51.100.1' })
    await page.goto((await begin('2001:db8:1234:5678::1')).loginUrl)
    expect(await page.getByText('Not from where you are.').count()).toBe(1)
  },
  wrong: async (page) => {
    await page.goto((await begin()).loginUrl)
    await send(page, 'bob', 'wrong', 'Allow')
    await page.getByRole('alert').waitFor()
  },
  allowed: async (page) => {
    await page.goto((await begin()).loginUrl)
    await send(page, 'bob', password, 'Allow')
    await page.getByRole('heading', { name: 'Allowed' }).waitFor()
  },
  denied: async (page) => {
    await page.goto((await begin()).loginUrl)
    await send(page, '', '', 'Deny')
    await page.getByRole('heading', { name: 'Denied' }).waitFor()
  },
  over: async (page) => {
    const { loginUrl } = await begin()
    const login = await stack.stores.webLogins.get(loginUrl.slice(loginUrl.lastIndexOf('/') + 1))
    if (login === undefined) throw new Error('the login was not stored')
    await stack.stores.webLogins.put({ ...login, endsAtMs: Date.now() })
    expect((await page.goto(loginUrl))?.status()).toBe(404)
    await page.getByRole('heading', { name: 'This login is over' }).waitFor()
    expect(await page.getByRole('main').textContent()).toContain('Start it again')
  },
} satisfies Readonly<Record<string, (page: Page) => Promise<void>>>

async function send(page: Page, name: string, secret: string, button: string): Promise<void> {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: button }).click()
}

describe.each(Object.entries(states))('%s', (state, bring) => {
  test.each(looks)('is accessible and quiet: %s, %i px wide', async (colorScheme, width) => {
    await using watched = await openPage(browser, stack.url, { colorScheme, viewport: { width, height: 800 } })
    await bring(watched.page)
    await picture(watched.page, `login-${state}-${colorScheme}-${width}`)
    await expectGoodPage(watched)
  })
})

test('the page holds with forced colours, and with text twice as large', async () => {
  const { loginUrl } = await begin()
  await using watched = await openPage(browser, stack.url, {
    forcedColors: 'active',
    viewport: { width: 640, height: 800 },
  })
  await watched.page.goto(loginUrl)
  await picture(watched.page, 'login-forced-colours')
  await expectGoodPage(watched)
  await using zoomed = await openPage(browser, stack.url, { viewport: { width: 640, height: 800 } })
  await zoomed.page.goto(loginUrl)
  await zoomed.page.evaluate('document.documentElement.style.fontSize = "200%"')
  await picture(zoomed.page, 'login-large-text')
  await expectGoodPage(zoomed)
})

test('a style or a script that got into the page does nothing', async () => {
  const { loginUrl } = await begin()
  await using watched = await openPage(browser, stack.url)
  const { page } = watched
  await page.goto(loginUrl)
  await page.evaluate(`
    const main = document.querySelector('main')
    main.insertAdjacentHTML('beforeend', '<img src="/-/ping" onerror="window.ran = true"><p style="color:red" id="styled">x</p>')
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    main.append(script)
  `)
  expect(await page.evaluate('window.ran')).toBeUndefined()
  expect(await page.evaluate('getComputedStyle(document.getElementById("styled")).color')).not.toBe('rgb(255, 0, 0)')
  expect(watched.problems.filter((line) => line.includes('Content Security Policy')).length).toBeGreaterThan(2)
})
