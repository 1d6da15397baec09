import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import {
  type IPrincipal,
  ManagedPolicy,
  OidcProviderNative,
  Role,
  User,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { edgeIdentity } from '../../src/model/edge-identity.ts'
import { copyRights, requestPathRights } from '../access/rights.ts'
import { type Storage, seenFrom, statementsOf } from '../access/statements.ts'
import { homeOf, type Settings } from '../settings.ts'

export interface EdgeAccessStackProps extends StackProps {
  readonly settings: Settings
  readonly storages: readonly Storage[]
}

/**
 * Who the worker is to AWS: a user, whose key is a secret of the worker, or a role that it takes with tokens that it
 * signs itself, as its own issuer. Either may do what the request path does, and nothing else.
 */
export class EdgeAccessStack extends Stack {
  constructor(scope: Construct, id: string, { settings, storages, ...props }: EdgeAccessStackProps) {
    super(scope, id, { ...props, description: 'Deckle: what the edge may do' })
    const { home, copies } = seenFrom(this, homeOf(settings), storages)
    const policies = [
      new ManagedPolicy(this, 'Policy', {
        description: 'What the request path of Deckle does',
        statements: statementsOf(this, home, requestPathRights),
      }),
      // One each: a policy has 6,144 characters at most
      ...copies.map((copy) => this.#reading(copy)),
    ]
    if (settings.edgeIdentity === 'key') {
      const user = new User(this, 'User', { managedPolicies: policies })
      new CfnOutput(this, 'UserName', { value: user.userName, description: 'aws iam create-access-key --user-name …' })
      return
    }
    const role = new Role(this, 'Role', {
      assumedBy: workerOf(this, settings.publicUrl),
      managedPolicies: policies,
      maxSessionDuration: Duration.hours(1),
    })
    new CfnOutput(this, 'RoleArn', { value: role.roleArn, description: 'DECKLE_AWS_ROLE' })
  }

  #reading(copy: Storage): ManagedPolicy {
    return new ManagedPolicy(this, `Reading-${copy.region}`, {
      description: `What the request path of Deckle reads in ${copy.region}`,
      statements: statementsOf(this, copy, copyRights),
    })
  }
}

/** Tokens of this issuer, for this audience, about this subject. */
function workerOf(scope: Construct, publicUrl: string): IPrincipal {
  const provider = new OidcProviderNative(scope, 'Issuer', { url: publicUrl, clientIds: [edgeIdentity.audience] })
  const issuer = publicUrl.replace('https://', '')
  return new WebIdentityPrincipal(provider.oidcProviderArn, {
    StringEquals: { [`${issuer}:aud`]: edgeIdentity.audience, [`${issuer}:sub`]: edgeIdentity.subject },
  })
}
