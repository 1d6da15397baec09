import { fileURLToPath } from 'node:url'
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  MappingValue,
  ParameterMapping,
  PayloadFormatVersion,
  SecurityPolicy,
  VpcLink,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpAlbIntegration, HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { SubnetType } from 'aws-cdk-lib/aws-ec2'
import type { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { gatePaths } from '../../src/model/gate-paths.ts'
import { requestPathStatements, type Storages } from '../access/statements.ts'
import { frontDoorEnvironment } from '../environment.ts'
import { validatorsPath } from '../names.ts'
import type { DoorMetrics } from '../observability/dashboard.ts'
import { period } from '../observability/metrics.ts'
import type { Settings } from '../settings.ts'
import { SmallFunction } from '../small-function.ts'
import type { Network } from '../validator/network.ts'

export interface HttpDoorProps {
  readonly settings: Settings
  readonly storages: Storages
  readonly validators: { readonly network: Network; readonly listener: ApplicationListener }
}

/** The longest that API Gateway waits; a publish waits 20 s for its verdict. */
const longestWait = Duration.seconds(29)
/** A check script may take 5 s, and wait for its turn; the edge gives up after 8 s. */
const questionTimeout = Duration.seconds(9)
/** Requests a second, over all clients: a stop for a loop that has gone wild, and for what it would cost. */
const throttle = { rateLimit: 500, burstLimit: 1_000 }

/** An HTTP API: the app on Lambda, and one signed way to the validators. */
export class HttpDoor extends Construct {
  readonly api: HttpApi
  readonly metrics: DoorMetrics

  constructor(scope: Construct, id: string, { settings, storages, validators }: HttpDoorProps) {
    super(scope, id)
    this.api = new HttpApi(this, 'Api', {
      apiName: `${settings.prefix}front-desk`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: false,
    })
    const stage = this.#stage()
    this.#validators(validators)
    const app = settings.frontDoor === 'lambda' ? [this.#app(settings, storages)] : []
    this.metrics = this.#metrics(app)
    if (settings.frontDoor === 'lambda' && settings.frontDoorCertificate !== undefined) {
      this.#domain(new URL(settings.publicUrl).hostname, settings.frontDoorCertificate, stage)
    }
  }

  /** Says of each request who asked what and how it ended, and nothing of its headers: they hold credentials. */
  #stage(): HttpStage {
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const names = ['requestId', 'requestTime', 'identity.sourceIp', 'routeKey', 'status', 'responseLength']
    const format = Object.fromEntries(
      [...names, 'integrationLatency', 'integrationErrorMessage'].map((name) => [name, `$context.${name}`]),
    )
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(format)),
      },
    })
  }

  /**
   * The only way to the validators' own HTTP interface: signed requests, for `execute-api`, of who may. `/-/` can be no
   * package's path.
   */
  #validators({ network, listener }: HttpDoorProps['validators']): void {
    const vpcLink = new VpcLink(this, 'Link', {
      vpc: network.vpc,
      subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [network.link],
    })
    const lead = (method: HttpMethod, path: string, timeout: Duration) =>
      this.api.addRoutes({
        path: `${validatorsPath}${path}`,
        methods: [method],
        authorizer: new HttpIamAuthorizer(),
        integration: new HttpAlbIntegration(`Validators${path}`, listener, {
          vpcLink,
          timeout,
          // Who signed is no business of the validators
          parameterMapping: new ParameterMapping()
            .overwritePath(MappingValue.custom(path))
            .removeHeader('authorization'),
        }),
      })
    lead(HttpMethod.GET, '/health', Duration.seconds(5))
    for (const path of Object.values(gatePaths)) lead(HttpMethod.POST, path, questionTimeout)
  }

  #metrics(apps: readonly IFunction[]): DoorMetrics {
    const sum = { period, statistic: 'Sum' }
    return {
      requests: this.api.metricCount(sum),
      faults: this.api.metricServerError(sum),
      slowest: this.api.metricLatency({ period, statistic: 'p95', label: 'p95 (ms)' }),
      load: apps.flatMap((app) => [app.metricInvocations(sum), app.metricErrors(sum), app.metricThrottles(sum)]),
    }
  }

  #app(settings: Settings, storages: Storages): IFunction {
    const { function: app, role } = new SmallFunction(this, 'App', {
      entry: fileURLToPath(new URL('../../src/node/lambda.ts', import.meta.url)),
      description: 'The registry, for whoever does not come by the edge',
      timeout: longestWait,
      // Memory is also the share of a processor: passwords are hashed here
      memorySize: 1024,
      environment: frontDoorEnvironment(this, settings, this.api),
    })
    for (const statement of requestPathStatements(this, storages)) role.addToPolicy(statement)
    this.api.addRoutes({
      path: '/{proxy+}',
      integration: new HttpLambdaIntegration('App', app, {
        payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
        timeout: longestWait,
      }),
    })
    return app
  }

  #domain(domainName: string, certificateArn: string, stage: HttpStage): void {
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    })
    new ApiMapping(this, 'Mapping', { api: this.api, domainName: domain, stage })
    new CfnOutput(this, 'DomainTarget', { value: domain.regionalDomainName, description: `Point ${domainName} here` })
  }
}
