export const serverNames = ['dynamodb-local', 'moto', 'versitygw'] as const
export type ServerName = (typeof serverNames)[number]

/** Tells the suites which of them has which service: JSON. */
export const serversVariable = 'DECKLE_TEST_SERVERS'
