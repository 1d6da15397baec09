import { digestHex } from '../std/digest.ts'

/**
 * Asks the browser for a passkey when a form with `data-passkey` is sent, and sends it with what the browser says. Forms
 * that need it are hidden where it does not run.
 */
export const passkeyScript = `for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    const field = form.elements.namedItem('passkey')
    if (field.value !== '') return
    event.preventDefault()
    const { kind, options } = JSON.parse(form.dataset.passkey)
    try {
      const made = kind === 'create'
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
      field.value = JSON.stringify(made.toJSON())
      form.requestSubmit()
    } catch (error) {
      form.querySelector('[role=alert]').textContent = 'The browser showed no passkey: ' + error.message
    }
  })
}
`

/** Named by its content, so that it may be kept for ever. */
export const passkeyScriptPath = `/-/assets/passkeys-${digestHex('sha256', passkeyScript).slice(0, 12)}.js`
