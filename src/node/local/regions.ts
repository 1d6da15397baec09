import { join } from 'node:path'
import type { StorageInput } from './storage-part.ts'

export const storageParts = ['dynamodb', 's3', 'sqs'] as const
export type StoragePart = (typeof storageParts)[number]

/** Regions that can be played on this machine; the first is the only one where none are asked for. */
const regionNames = ['us-east-1', 'us-west-2', 'eu-west-1'] as const
export const [firstRegion] = regionNames
export const mostRegions = regionNames.length

/** A region that is played here, with the names of the processes that are its storage. */
export interface LocalRegion {
  readonly name: string
  readonly parts: Readonly<Record<StoragePart, string>>
}

/** @param count how many regions to play; each has all of its storage on this machine */
export function localRegions(count: number): readonly LocalRegion[] {
  return regionNames.slice(0, count).map((name, index) => {
    const part = (service: StoragePart) => (index === 0 ? service : `${service}-${index + 1}`)
    return { name, parts: { dynamodb: part('dynamodb'), s3: part('s3'), sqs: part('sqs') } }
  })
}

/** Which port each storage server has, by the name of its part. */
export type PortsByName = Readonly<Record<string, number>>

/** The regions as `DECKLE_REGIONS` has them. */
export function settingOf(regions: readonly LocalRegion[], ports: PortsByName): string {
  const entries = regions.map(({ name, parts: { dynamodb, s3, sqs } }) => ({
    region: name,
    storageUrl: `http://127.0.0.1:${ports[s3]}`,
    s3Endpoint: `http://127.0.0.1:${ports[s3]}`,
    dynamoDbEndpoint: `http://127.0.0.1:${ports[dynamodb]}`,
    sqsEndpoint: `http://127.0.0.1:${ports[sqs]}`,
  }))
  return JSON.stringify(entries)
}

/** A storage server to start. */
export interface RegionalPart {
  readonly service: StoragePart
  readonly region: LocalRegion
  readonly name: string
}

export function partsIn(regions: readonly LocalRegion[], services: readonly StoragePart[]): readonly RegionalPart[] {
  return regions.flatMap((region) => services.map((service) => ({ service, region, name: region.parts[service] })))
}

export interface RegionalPartsInput {
  readonly regions: readonly LocalRegion[]
  readonly ports: PortsByName
  readonly dataDirectory: string
  readonly host: string | undefined
  readonly settings: Readonly<Record<string, string>>
}

/** What a storage server is started with. What is written in the home region is carried to all others. */
export function inputOf({ service, region, name }: RegionalPart, input: RegionalPartsInput): StorageInput {
  const { regions, ports, dataDirectory, host, settings } = input
  const isHome = region.name === (settings['DECKLE_HOME_REGION'] ?? firstRegion)
  const others = isHome ? regions.filter((other) => other !== region) : []
  return {
    part: service,
    port: ports[name] ?? 0,
    ...(service === 's3' && { host }),
    directory: join(dataDirectory, name),
    region: regions.length > 1 ? region.name : (settings['AWS_REGION'] ?? ''),
    copies: others.map((other) => ({ region: other.name, port: ports[other.parts[service]] ?? 0 })),
    credentials: {
      accessKeyId: settings['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: settings['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  }
}
