import { CfnOutput, Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Peer, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2'
import { Cluster, ContainerInsights, FargateService } from 'aws-cdk-lib/aws-ecs'
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  HttpCodeTarget,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Construct } from 'constructs'
import { requestPathStatements, type Storages } from '../access/statements.ts'
import { DeckleTask } from '../deckle-task.ts'
import { frontDoorEnvironment } from '../environment.ts'
import type { DoorMetrics } from '../observability/dashboard.ts'
import { period } from '../observability/metrics.ts'
import type { Settings } from '../settings.ts'
import type { Network } from '../validator/network.ts'

export interface FargateDoorProps {
  readonly settings: Settings
  readonly storages: Storages
  readonly network: Network
  /** Leads to the validators. */
  readonly api: HttpApi
}

const port = 8080
const healthPort = 8081

/** The app in containers behind a public load balancer: bodies and answers stream, and have no limit of their own. */
export class FargateDoor extends Construct {
  readonly balancer: ApplicationLoadBalancer
  readonly targets: ApplicationTargetGroup
  readonly metrics: DoorMetrics

  constructor(scope: Construct, id: string, { settings, storages, network, api }: FargateDoorProps) {
    super(scope, id)
    const groups = this.#groups(network)
    const task = new DeckleTask(this, 'Task', {
      name: 'front-desk',
      program: 'server.mjs',
      settings,
      statements: requestPathStatements(this, storages),
      ports: [port],
      healthPort,
      environment: { ...frontDoorEnvironment(this, settings, api), DECKLE_PORT: String(port) },
    })
    const service = new FargateService(this, 'Service', {
      cluster: new Cluster(this, 'Cluster', { vpc: network.vpc, containerInsightsV2: ContainerInsights.DISABLED }),
      taskDefinition: task.definition,
      desiredCount: 2,
      securityGroups: [groups.tasks],
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      // See validator/network.ts: an address to leave by, not to come in
      assignPublicIp: true,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      healthCheckGracePeriod: Duration.seconds(60),
    })
    service
      .autoScaleTaskCount({ minCapacity: 2, maxCapacity: 20 })
      .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 })
    this.balancer = this.#balancer(network, groups.balancer)
    this.targets = new ApplicationTargetGroup(this, 'Targets', {
      vpc: network.vpc,
      port,
      protocol: ApplicationProtocol.HTTP,
      targets: [service],
      healthCheck: { path: '/-/ping', interval: Duration.seconds(15), healthyThresholdCount: 2 },
      deregistrationDelay: Duration.seconds(60),
    })
    this.metrics = this.#metrics(service)
    this.#listen(settings.frontDoorCertificate ?? '')
    const target = { value: this.balancer.loadBalancerDnsName, description: `Point ${settings.publicUrl} here` }
    new CfnOutput(this, 'DomainTarget', target)
  }

  #metrics(service: FargateService): DoorMetrics {
    const sum = { period, statistic: 'Sum' }
    const { metrics } = this.balancer
    return {
      requests: metrics.requestCount(sum),
      faults: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sum),
      slowest: metrics.targetResponseTime({ period, statistic: 'p95', label: 'p95 (s)' }),
      load: [service.metricCpuUtilization({ period }), service.metricMemoryUtilization({ period })],
    }
  }

  #groups({ vpc }: Network): { readonly balancer: SecurityGroup; readonly tasks: SecurityGroup } {
    const group = (id: string, description: string) =>
      new SecurityGroup(this, id, { vpc, description, allowAllOutbound: false })
    const balancer = group('BalancerGroup', 'The public load balancer: HTTPS from everywhere')
    const tasks = group('TaskGroup', 'The front desk: nothing in but the load balancer, HTTPS out')
    for (const open of [80, 443]) balancer.addIngressRule(Peer.anyIpv4(), Port.tcp(open), 'clients')
    balancer.addEgressRule(tasks, Port.tcp(port), 'to the front desk')
    tasks.addIngressRule(balancer, Port.tcp(port), 'from the load balancer')
    tasks.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS: S3, DynamoDB, SQS, the image, logs')
    return { balancer, tasks }
  }

  #balancer({ vpc }: Network, securityGroup: SecurityGroup): ApplicationLoadBalancer {
    return new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      internetFacing: true,
      securityGroup,
      dropInvalidHeaderFields: true,
      deletionProtection: true,
      // A publish may fall silent for 30 s before it is ended
      idleTimeout: Duration.seconds(60),
    })
  }

  #listen(certificateArn: string): void {
    this.balancer.addListener('Https', {
      port: 443,
      open: false,
      certificates: [{ certificateArn }],
      sslPolicy: SslPolicy.TLS13_RES,
      defaultTargetGroups: [this.targets],
    })
    this.balancer.addRedirect({ open: false })
  }
}
