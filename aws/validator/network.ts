import {
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'

/** The port of the validator's own HTTP interface. */
export const validatorPort = 8080

/**
 * Two subnets that reach the internet, for tasks, and two that do not, for the load balancer. There is no NAT gateway
 * ($33 a month and zone) and no interface endpoint ($7 each): tasks have public addresses, and nobody can open a
 * connection to them, because their security group lets in the load balancer alone. S3 and DynamoDB, where all bytes
 * go, are reached through gateway endpoints, which cost nothing.
 */
export class Network extends Construct {
  readonly vpc: Vpc
  readonly tasks: SecurityGroup
  readonly balancer: SecurityGroup
  /** Of the link by which API Gateway reaches the load balancer. */
  readonly link: SecurityGroup

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.68.0.0/24'),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'tasks', subnetType: SubnetType.PUBLIC, cidrMask: 27, mapPublicIpOnLaunch: false },
        { name: 'inner', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 27 },
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    })
    this.vpc.addFlowLog('Refused', { trafficType: FlowLogTrafficType.REJECT })
    this.link = this.#group('Link', 'API Gateway, on its way to the load balancer')
    this.balancer = this.#group('Balancer', 'The internal load balancer')
    this.tasks = this.#group('Tasks', 'Validators: nothing in but the load balancer, HTTPS out')
    this.link.addEgressRule(this.balancer, Port.tcp(80), 'to the load balancer')
    this.balancer.addIngressRule(this.link, Port.tcp(80), 'from API Gateway')
    this.balancer.addEgressRule(this.tasks, Port.tcp(validatorPort), 'to validators')
    this.tasks.addIngressRule(this.balancer, Port.tcp(validatorPort), 'from the load balancer')
    this.tasks.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS: S3, DynamoDB, SQS, the image, logs')
  }

  #group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false })
  }
}
