import { parseConfig } from '../config.ts'
import { webPlatform } from '../std/platform.ts'
import { createHandler } from './front-desk/api-gateway.ts'

/** The regional front door on Lambda. Settings that are wrong end its start, with the names of all that are. */
export const handler = createHandler(parseConfig(process.env), webPlatform)
