import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One secret behind the protocol of Secrets Manager, with its versions and their stages. */
export interface OneSecret {
  readonly url: string
  /** The text of each version, by its id. */
  readonly texts: Map<string, string>
  /** The stages of each version. */
  readonly stages: Map<string, Set<string>>
  close(): Promise<void>
}

type Input = Readonly<Record<string, any>>

/**
 * Keeps to what the service's reference promises about versions: a token is put once, a stage is at one version, and a
 * current version that is replaced becomes the previous one. `others` are secrets that never change, by name.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export async function startSecret(
  id: string,
  text: string,
  others: Readonly<Record<string, string>> = {},
): Promise<OneSecret> {
  const texts = new Map([[id, text]])
  const stages = new Map([[id, new Set(['AWSCURRENT'])]])
  const holder = (stage: string) => [...stages].find(([, held]) => held.has(stage))?.[0]
  const move = (stage: string, to: string) => {
    for (const held of stages.values()) held.delete(stage)
    stages.set(to, (stages.get(to) ?? new Set()).add(stage))
  }
  const operations: Readonly<Record<string, (input: Input) => object | undefined>> = {
    DescribeSecret: () => ({
      VersionIdsToStages: Object.fromEntries([...stages].map(([version, held]) => [version, [...held]])),
    }),
    GetSecretValue: ({ SecretId, VersionId, VersionStage }) => {
      if (others[SecretId] !== undefined) return { SecretString: others[SecretId] }
      const version = VersionId ?? holder(VersionStage ?? 'AWSCURRENT')
      if (VersionId && VersionStage && !stages.get(VersionId)?.has(VersionStage)) return undefined
      return texts.has(version) ? { VersionId: version, SecretString: texts.get(version) } : undefined
    },
    PutSecretValue: ({ ClientRequestToken, SecretString, VersionStages }) => {
      if (texts.has(ClientRequestToken)) return undefined
      texts.set(ClientRequestToken, SecretString)
      for (const stage of VersionStages) move(stage, ClientRequestToken)
      return {}
    },
    UpdateSecretVersionStage: ({ VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
      if (holder(VersionStage) !== RemoveFromVersionId) return undefined
      if (VersionStage === 'AWSCURRENT') move('AWSPREVIOUS', RemoveFromVersionId)
      move(VersionStage, MoveToVersionId)
      return {}
    },
  }
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const output = operations[operation]?.(await readJson(request))
    response.writeHead(output === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(output ?? { __type: 'ResourceNotFoundException', message: 'not there' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    texts,
    stages,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

async function readJson(request: IncomingMessage): Promise<Input> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}
