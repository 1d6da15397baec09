import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'
import { expectGoodPage, looks, openBrowser, openPage } from './support/browser.ts'

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

// axe looks at some thousands of elements
test.each(looks)('the page of the API is good: %s, %i px wide', { timeout: 180_000 }, async (colorScheme, width) => {
  await using watched = await openPage(browser, stack.url, { viewport: { width, height: 800 }, colorScheme })
  const { page } = watched
  await page.goto(`${stack.url}/-/docs/api`)
  await page.locator('a[href="#beginApp"]').click()
  expect(await page.locator('#beginApp').isVisible()).toBe(true)
  await expectGoodPage(watched, width !== 1280)
})
