/**
 * A fast first look: text in which none of these is found cannot match any rule of secretlint's preset. Each stands
 * for a text that a rule's own pattern demands, so nothing is missed; a test holds every rule of the preset against
 * them. Grouped by a rare character with the prefix looked up behind it, which is several times as fast as one long
 * alternation.
 *
 * The one exception: a service account key of Google Cloud whose JSON writes letters of `PRIVATE KEY` as `\u…`.
 */
const anchors: readonly RegExp[] = [
  // npm, shopify, stripe, github, grafana, groq, huggingface, linear, notion, 1password, vercel, docker, figma, cloudflare
  /_(?:(?<=(?:npm|shp(?:pa|ca|at|ss)|[sr]k_(?:live|test)|gh[pousr]|github_pat|gl(?:c|sa)|gsk|hf|lin_api|ntn|ops|vc[piark]|dckr_pat|figd|cf(?:k|ut|at))_)[\w+/-]{20}|(?<=ghs_)[0-9]{1,20}_)/,
  // slack, gitlab, tailscale, anthropic
  /-(?:(?<=xox[bpaor]-|xapp-|glpat-|tskey-)\w|(?<=sk-)ant-api0)/,
  // basicauth, database-connection-string
  /:\/\/(?:[-\w]{1,256}:[-\w]{1,256}@|(?<=mongodb(?:\+srv)?:\/\/|mysqlx?:\/\/|postgres(?:ql)?:\/\/)[^:/\s]{1,100}:)/i,
  // npm, in package.json and .npmrc
  /:x-oauth-basic@github|_authToken=/,
  // sendgrid, hashicorp-vault
  /\.(?:(?<=SG\.)[\w.-]{66}|(?<=hv[sbr]\.)[\w-]{90})/,
  // privatekey, gcp, openai
  /PRIVATE KEY|T3BlbkFJ/,
  // aws
  /secret_?access_?key/i,
  // slack
  /hooks\.slack\.com\//i,
  // databricks
  /dapi[A-Fa-f0-9]{32}/,
]

/** Whether the text is worth the rules' time. Well over 100 MB/s. */
export function mayHoldSecret(text: string): boolean {
  return anchors.some((anchor) => anchor.test(text))
}
