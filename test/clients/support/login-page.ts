import { password } from './registry.ts'

/** The address that clients show for a login in a browser. */
export const loginPage = /https?:\/\/\S+\/-\/cli\/\w{22}/

/** Allows a login on its page. */
export async function allowLogin(url: string, name: string): Promise<void> {
  const text = await sendForm(url, { decision: 'allow', name, password })
  if (!text.includes('<h1>Allowed</h1>')) throw new Error(`${url}:\n${text}`)
}

/** Shows a second factor on its page. */
export async function showFactor(url: string, code: string): Promise<void> {
  await sendForm(url, { code })
}

/** What a browser makes of a page's form; the pages themselves have tests in `test/browser`. @returns what it shows then */
async function sendForm(url: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const page = await (await fetch(url)).text()
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1]
  if (token === undefined) throw new Error(`no form at ${url}:\n${page}`)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ token, ...fields }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status}\n${text}`)
  return text
}
