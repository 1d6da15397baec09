import { createOrg } from '../../registry/orgs.ts'
import { webPlatform } from '../../std/platform.ts'
import { wirePeople } from '../../wiring.ts'
import { connect } from './connect.ts'

/** Makes an organisation. @throws Refusal `org_name_invalid`, `org_exists`, `user_not_found` */
export async function addOrg(dataFolder: string, name: string, owner: string): Promise<void> {
  const { config, stores } = await connect(dataFolder)
  const { org } = await createOrg(wirePeople(config, stores, webPlatform), 'system', { name, owner })
  console.log(`Made the organisation ${org}; its owner is ${owner}.`)
  console.log(`Members are added with: npm org set ${org} <user> --registry=${config.publicUrl}/`)
}
