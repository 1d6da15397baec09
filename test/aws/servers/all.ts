import { dynamodbLocal } from './dynamodb-local.ts'
import { moto } from './moto.ts'
import type { ServerName } from './names.ts'
import type { PreparedServer } from './prepared-server.ts'
import { versitygw } from './versitygw.ts'

export const servers: Readonly<Record<ServerName, PreparedServer>> = {
  'dynamodb-local': dynamodbLocal,
  moto,
  versitygw,
}
