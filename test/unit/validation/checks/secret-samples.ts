const lower = 'abcdefghijklmnopqrstuvwxyz'
const upper = lower.toUpperCase()
const digits = '0123456789'
const alphanumeric = `${upper}${lower}${digits}`

/** Text that looks random and is the same in each run. Built, not written down: scanners of this repository see none. */
function noise(length: number, alphabet = alphanumeric, seed = 7): string {
  let state = seed
  let text = ''
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    text += alphabet[Math.floor((state / 2_147_483_648) * alphabet.length)]
  }
  return text
}

const pem = (kind = '') =>
  `-----BEGIN ${kind}PRIVATE KEY-----\nMIIE${noise(64)}\n${noise(64)}\n${noise(40)}==\n-----END ${kind}PRIVATE KEY-----\n`
const hex = (length: number) => noise(length, '0123456789abcdef')
const login = `anna:${noise(12)}`

/** A made-up secret for each kind that secretlint's preset knows, by message id: the file's text, and its name. */
export const secretSamples: Readonly<Record<string, readonly [text: string, file?: string]>> = {
  AWSSecretAccessKey: [`aws_secret_access_key = "${noise(40)}"`],
  PrivateKeyJSON: [JSON.stringify({ private_key_id: hex(40), private_key: pem() }), 'account.json'],
  PrivateKey: [pem('RSA ')],
  PackageJSON_xOauthToken: [`"https://${hex(40)}:x-oauth-basic@github.com/x/y"`, 'package.json'],
  Npmrc_authToken: [`//registry.npmjs.org/:_authToken=${hex(36)}`, '.npmrc'],
  NPM_ACCESS_TOKEN: [`npm_${noise(36)}`],
  BasicAuth: [`https://${login}@registry.acme.io/`],
  SLACK_TOKEN: [`xoxb-${noise(12, digits)}-${noise(24)}`],
  IncomingWebhook: [`https://hooks.slack.com/services/T${noise(8)}/B${noise(8)}/${noise(24)}`],
  SENDGRID_KEY: [`SG.${noise(22)}.${noise(43)}`],
  SHOPIFY_KEY: [`shpat_${hex(32)}`],
  STRIPE_SECRET_KEY_LIVE: [`sk_live_${noise(24)}`],
  STRIPE_SECRET_KEY_TEST: [`sk_test_${noise(24)}`],
  STRIPE_RESTRICTED_KEY_LIVE: [`rk_live_${noise(24)}`],
  STRIPE_RESTRICTED_KEY_TEST: [`rk_test_${noise(24)}`],
  GITHUB_TOKEN: [`ghp_${noise(36)}`],
  GITLAB_PERSONAL_ACCESS_TOKEN: [`glpat-${noise(20)}`],
  GRAFANA_CLOUD_API_TOKEN: [`glc_${noise(60)}=`],
  GRAFANA_SERVICE_ACCOUNT_TOKEN: [`glsa_${noise(32)}_${hex(8)}`],
  OPENAI_TOKEN: [`sk-proj-${noise(74)}T3BlbkFJ${noise(74)}`],
  ANTHROPIC_API_KEY: [`sk-ant-api03-${noise(93)}AA`],
  GROQ_API_KEY: [`gsk_${noise(52)}`],
  HUGGINGFACE_USER_ACCESS_TOKEN: [`hf_${noise(34, upper + lower)}`],
  LINEAR_API_TOKEN: [`lin_api_${noise(40)}`],
  NOTION_INTEGRATION_TOKEN: [`ntn_${noise(11, digits)}${noise(35)}`],
  OPS_TOKEN: [`ops_${btoa(JSON.stringify({ secretKey: noise(99), k: 1 }))}`],
  MongoDBConnection: [`mongodb+srv://${login}@db.acme.io/main`],
  MySQLConnection: [`mysql://${login}@db.acme.io/main`],
  PostgreSQLConnection: [`postgres://${login}@db.acme.io/main`],
  HASHICORP_VAULT_SERVICE_TOKEN: [`hvs.${noise(95)}`],
  HASHICORP_VAULT_BATCH_TOKEN: [`hvb.${noise(150)}`],
  HASHICORP_VAULT_RECOVERY_TOKEN: [`hvr.${noise(95)}`],
  VERCEL_PERSONAL_ACCESS_TOKEN: [`vcp_${noise(24)}`],
  VERCEL_INTEGRATION_TOKEN: [`vci_${noise(24)}`],
  VERCEL_APP_ACCESS_TOKEN: [`vca_${noise(24)}`],
  VERCEL_APP_REFRESH_TOKEN: [`vcr_${noise(24)}`],
  VERCEL_AI_GATEWAY_API_KEY: [`vck_${noise(24)}`],
  DATABRICKS_PERSONAL_ACCESS_TOKEN: [`dapi${hex(32)}`],
  DOCKER_PERSONAL_ACCESS_TOKEN: [`dckr_pat_${noise(27)}`],
  FIGMA_PERSONAL_ACCESS_TOKEN: [`figd_${noise(40)}`],
  CLOUDFLARE_GLOBAL_API_KEY: [`cfk_${noise(40)}${hex(8)}`],
  CLOUDFLARE_USER_API_TOKEN: [`cfut_${noise(40)}${hex(8)}`],
  CLOUDFLARE_ACCOUNT_API_TOKEN: [`cfat_${noise(40)}${hex(8)}`],
  TAILSCALE_API_KEY: [`tskey-api-${noise(12)}-${noise(32)}`],
  TAILSCALE_AUTH_KEY: [`tskey-auth-${noise(12)}-${noise(32)}`],
  TAILSCALE_CLIENT_KEY: [`tskey-client-${noise(12)}-${noise(32)}`],
  TAILSCALE_SCIM_KEY: [`tskey-scim-${noise(12)}-${noise(32)}`],
  TAILSCALE_WEBHOOK_KEY: [`tskey-webhook-${noise(12)}-${noise(32)}`],
  TAILSCALE_KEY: [`tskey-other-${noise(12)}-${noise(32)}`],
}

/** Another form of a GitHub token, with dots: an app's installation token. */
export const githubAppToken = `ghs_12345_${noise(40)}.${noise(300)}.${noise(90)}`
export const npmToken = secretSamples['NPM_ACCESS_TOKEN']?.[0] ?? ''
export const privateKey = pem()
