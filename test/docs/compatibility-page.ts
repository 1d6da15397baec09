import { type Difference, differences, fullNameOf } from '../aws/differences.ts'
import { servers } from '../aws/servers/all.ts'
import { type ServerName, serverNames } from '../aws/servers/names.ts'

const intro = `# Other servers that speak the protocols of AWS

Written by \`npm run docs:compatibility\` from \`test/aws/differences.ts\`. Deckle is made for S3, DynamoDB and SQS as AWS
runs them. \`npm run test:aws\` runs the contract of its storage (\`test/contract\`), and the flows that between them make
every kind of request, against anything else, from the local servers of \`npm start\` to AWS itself:
\`\`\`
npm run test:aws -- --with dynamodb-local        # installs and starts it on 127.0.0.1, and ends it after
npm run test:aws -- --with moto
npm run test:aws -- --with versitygw
npm run test:aws -- --s3 https://minio.example.com --credentials <id>:<secret>
npm run test:aws -- --endpoint aws --region eu-central-1      # with the usual AWS variables; --help says more
\`\`\`
Services that are not named are local ones. \`--clients\` runs npm, pnpm, yarn and bun against them as well. What is
installed lies in \`node_modules/.cache/deckle/servers\`, in the versions below.

Each row is a test of what AWS documents, which has to fail on that server; where it does not fail any more, the run says
so, and the row goes. Nothing here was run against AWS itself, for which there is no account. **A server that checks no signature, or whose copies heed no condition, is for tests only**: whoever
reaches it may read and change every package, or two validators of one version may overwrite one another's file.

## What these servers have shown of Deckle
Mended since, each with a test:
- Characters of keys and ETags that S3 writes by number (\`&#34;\`) came back undecoded
  (\`test/unit/storage/xml.test.ts\`).
- A bucket outside of us-east-1 was asked for without the location that S3 demands there (\`createBucket\`).
- DynamoDB refuses attributes without a name inside of maps too, so the contract holds none: the server of \`npm start\`
  takes them, and nothing that Deckle stores has any.
`

/** The page `docs/compatibility.md`: what each prepared server does otherwise than AWS. */
export function renderCompatibilityPage(): string {
  return [intro, ...serverNames.map(section)].join('\n')
}

function section(name: ServerName): string {
  const { title, serves } = servers[name]
  const lines = differences.filter(({ server }) => server === name).map(line)
  const head = `## ${title}\n\`--with ${name}\`, for ${serves.map((service) => names[service]).join(', ')}.`
  return `${head}\n\n| service | AWS | there | shown by |\n|---|---|---|---|\n${lines.join('\n')}\n`
}

const names = { s3: 'S3', dynamodb: 'DynamoDB', sqs: 'SQS' }

function line({ service, aws, there, shownBy, leftOut }: Difference): string {
  const test = `${service}.test.ts: ${fullNameOf(shownBy)}`
  const note = leftOut === undefined ? '' : `; left out: ${leftOut}`
  return `| ${names[service]} | ${aws} | ${there} | ${test}${note} |`
}
