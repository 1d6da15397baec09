import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'
import { colorSchemes, expectGoodPage, openBrowser, openPage, widths } from './support/browser.ts'

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

test.each(widths.flatMap((width) => colorSchemes.map((scheme) => [width, scheme] as const)))(
  'the page of the API is good at %i px, %s',
  async (width, colorScheme) => {
    await using watched = await openPage(browser, stack.url, { viewport: { width, height: 800 }, colorScheme })
    const { page } = watched
    await page.goto(`${stack.url}/-/docs/api`)
    await page.locator('a[href="#beginApp"]').click()
    expect(await page.locator('#beginApp').isVisible()).toBe(true)
    await expectGoodPage(watched)
  },
)
