import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'
import { expectGoodPage, openBrowser, openPage, widths } from './support/browser.ts'

let stack: Stack
let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
  stack = await startStack({ validator: false })
})
afterAll(async () => {
  await browser?.close()
  await stack?.close()
})

const looks = [...widths.map((width) => [width, 'light'] as const), [1280, 'dark'] as const]

// axe looks at some thousands of elements
test.each(looks)('the page of the API is good at %i px, %s', { timeout: 180_000 }, async (width, colorScheme) => {
  await using watched = await openPage(browser, stack.url, { viewport: { width, height: 800 }, colorScheme })
  const { page } = watched
  await page.goto(`${stack.url}/-/docs/api`)
  await page.locator('a[href="#beginApp"]').click()
  expect(await page.locator('#beginApp').isVisible()).toBe(true)
  await expectGoodPage(watched, width !== 1280)
})
