import { join } from 'node:path'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'

/**
 * What every page must look right in: a desk, a telephone, and the narrowest that WCAG 1.4.10 asks for. Colours do not
 * depend on the width, so that not every width is looked at in both.
 */
export const looks = [
  ['light', 1280],
  ['dark', 390],
  ['light', 320],
] as const

/** A browser without a window. */
export function openBrowser(): Promise<Browser> {
  // Chromium refuses to sandbox itself when root starts it, as CI does
  const isRoot = process.getuid?.() === 0
  return chromium.launch({ executablePath: inject('chromium'), args: isRoot ? ['--no-sandbox'] : [] })
}

/** A page in a browser profile of its own, and what went wrong on it. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page
  /** Errors of the console (violations of the content security policy are some), of scripts, and foreign requests. */
  readonly problems: readonly string[]
}

/** @param origin the only one that the page may ask */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`))
  page.on('console', (message) => {
    // A page that is refused is told so by the browser, too; tests look at its status themselves
    const isOwnStatus = message.location().url === page.url() && /status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !isOwnStatus) problems.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`request: ${request.url()}`)
  })
  return { page, problems, [Symbol.asyncDispose]: () => context.close() }
}

/**
 * Fails unless axe finds nothing, the page does not scroll sideways, and nothing went wrong while it was open.
 * @param contrastSeen another test looks at the same colours: of a long page, axe needs ten seconds for them
 */
export async function expectGoodPage({ page, problems }: WatchedPage, contrastSeen = false): Promise<void> {
  expect(await violations(page, contrastSeen)).toEqual([])
  const [wide = 0, wanted] = await page.evaluate<number[]>(
    '[document.documentElement.clientWidth, document.documentElement.scrollWidth]',
  )
  expect(wanted).toBeLessThanOrEqual(wide)
  expect(problems).toEqual([])
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe has against the page, by WCAG 2.2 AA and its own best practice. */
async function violations(page: Page, contrastSeen: boolean): Promise<readonly string[]> {
  // Runs beside the page's own scripts, so that its policy neither knows nor hinders it
  await page.evaluate(axe.source)
  const options = { runOnly: rules, rules: { 'color-contrast': { enabled: !contrastSeen } } }
  const results = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  return results.violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(' ')})`)
}

/** A page has fewer controls. */
const mostTabs = 40

/**
 * Goes on by Tab until a control of this name has the focus.
 * @throws Error with the names that it came by, when there is none
 */
export async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = []
  while (seen.length < mostTabs) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(nameOfFocused)
    if (focused === name) return
    seen.push(focused)
  }
  throw new Error(`Tab does not come to "${name}", but to ${seen.join(', ')}`)
}

/** What a screen reader would call the control that visibly has the focus. */
const nameOfFocused = `(() => {
  const element = document.querySelector(':focus-visible')
  const label = element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent ?? element?.textContent
  return label?.trim() ?? ''
})()`

/** Keeps a picture of the whole page for somebody to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(inject('screenshots'), `${name}.png`), fullPage: true })
}
