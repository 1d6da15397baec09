import { password } from './registry.ts'

/** The address that clients show for a login in a browser. */
export const loginPage = /https?:\/\/\S+\/-\/cli\/\w{22}/

/** Allows a login on its page, with the requests that a browser makes of the form; the page itself has tests in `test/browser`. */
export async function allowLogin(url: string, name: string): Promise<void> {
  const page = await (await fetch(url)).text()
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1]
  if (token === undefined) throw new Error(`no form at ${url}:\n${page}`)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ token, decision: 'allow', name, password }),
  })
  const text = await answer.text()
  if (!answer.ok || !text.includes('<h1>Allowed</h1>')) throw new Error(`${url}: ${answer.status}\n${text}`)
}
